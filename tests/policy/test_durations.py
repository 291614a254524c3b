"""Durations as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.durations import (
    MAX_DURATION_SECONDS,
    DurationError,
    brief_duration,
    parse_duration,
    spell_duration,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h", 3_600),
        ("90m", 5_400),
        ("1h30m", 5_400),
        ("1h 30m", 5_400),
        ("2 hours", 7_200),
        (" 2 Hours ", 7_200),
        ("1 hour and 30 minutes", 5_400),
        ("1 hour, 30 mins", 5_400),
        ("1.5h", 5_400),
        ("1d", 86_400),
        ("1w", 604_800),
        ("10s", 10),
    ],
)
def test_what_people_type_is_read(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "isn't a duration"),
        ("soon", "isn't a duration"),
        ("60", "has no unit; write 60m or 60h, for example"),
        ("1h1h", "isn't a duration"),
        ("-1h", "isn't a duration"),
        ("1h!", "isn't a duration"),
        ("١h", "isn't a duration"),
        ("0m", "outside the range"),
        ("99999d", "outside the range"),
        ("0.5s", "isn't a whole number of seconds"),
        ("1h " * 100, "isn't a duration"),
    ],
)
def test_what_is_no_duration_says_what_one_looks_like(text: str, sentence: str) -> None:
    with pytest.raises(DurationError, match=sentence):
        parse_duration(text)


@given(st.integers(1, MAX_DURATION_SECONDS))
def test_what_is_spelt_is_read_back(seconds: int) -> None:
    assert parse_duration(spell_duration(seconds)) == seconds


@given(st.text())
def test_any_other_text_is_refused_in_a_sentence(text: str) -> None:
    try:
        assert 1 <= parse_duration(text) <= MAX_DURATION_SECONDS
    except DurationError as error:
        assert str(error)


def test_seconds_are_spelt_in_words() -> None:
    assert spell_duration(5_400) == "1 hour 30 minutes"
    assert spell_duration(93_601) == "1 day 2 hours 1 second"
    assert spell_duration(0) == "0 seconds"


@given(st.integers(min_value=1, max_value=MAX_DURATION_SECONDS))
def test_seconds_are_spelt_briefly_and_read_back(seconds: int) -> None:
    assert parse_duration(brief_duration(seconds)) == seconds


def test_the_brief_form_is_short() -> None:
    assert brief_duration(5_400) == "1h 30m"
