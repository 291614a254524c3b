"""Windows as people type them: read in their own time zone, and what is odd about them is said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.access.local_times import MAX_WORDS, TypedWindow, at_instant, parse_until, parse_window

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ZONE = "Europe/Amsterdam"


def read(text: str, zone: str | None = ZONE, now: datetime = MONDAY) -> TypedWindow:
    return parse_window(text.split(), zone, now)


def at(window: TypedWindow, zone: str = ZONE) -> str:
    assert window.starts_at is not None, window.note
    return f"{window.starts_at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"


@pytest.mark.parametrize(
    ("typed", "start", "hours", "words"),
    [
        ("tomorrow 9:00-12:00 because the job failed", "Tue 03 Mar 09:00", 3, 2),
        ("tomorrow 9:00 – 12:00", "Tue 03 Mar 09:00", 3, 4),
        ("tomorrow 9-12", "Tue 03 Mar 09:00", 3, 2),
        ("from tomorrow 9am to 5pm", "Tue 03 Mar 09:00", 8, 5),
        ("on friday at 14:00 until 16:30", "Fri 06 Mar 14:00", 2.5, 6),
        ("monday 08:00-09:00", "Mon 09 Mar 08:00", 1, 2),
        ("today 14:00-15:00", "Mon 02 Mar 14:00", 1, 2),
        ("14:00-15:00 because", "Mon 02 Mar 14:00", 1, 1),
        ("2026-03-04 12am-1am", "Wed 04 Mar 00:00", 1, 2),
        ("tomorrow 22:00-06:00", "Tue 03 Mar 22:00", 8, 2),
    ],
)
def test_a_window_is_read_in_the_requesters_zone(typed: str, start: str, hours: float, words: int) -> None:
    window = read(typed)
    assert (at(window), window.seconds, window.words) == (start, hours * 3_600, words)
    assert ZONE in window.note


def test_a_start_alone_leaves_the_duration_open() -> None:
    window = read("tomorrow 9:00 1h because")
    assert (at(window), window.seconds, window.words) == ("Tue 03 Mar 09:00", None, 2)


@pytest.mark.parametrize(
    "typed",
    ["", "1h because", "30 minutes", "because tomorrow 9:00", "9", "9-12 rows", "OPS-12 fix", "8:61x", "to"],
)
def test_other_words_say_nothing_of_when(typed: str) -> None:
    assert read(typed) == TypedWindow()


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("today 9:00-12:00", "09:00 on 2026-03-02 has passed"),
        ("2020-01-01 9:00-12:00", "09:00 on 2020-01-01 has passed"),
        ("tomorrow because", "Say at what time"),
        ("tomorrow 25:00-26:00", "isn't a day and time"),
        ("2026-02-30 9:00", "isn't a day and time"),
        ("tomorrow 13pm", "isn't a day and time"),
    ],
)
def test_what_cant_be_is_said_and_leaves_the_start_open(typed: str, note: str) -> None:
    window = read(typed)
    assert window.starts_at is None
    assert note in window.note


def test_an_end_at_the_start_is_left_out() -> None:
    window = read("tomorrow 9:00-9:00")
    assert (at(window), window.seconds) == ("Tue 03 Mar 09:00", None)
    assert "same as the start" in window.note


def test_an_end_before_the_start_is_on_the_next_day_and_says_so() -> None:
    assert "ends on the next day" in read("tomorrow 22:00-06:00").note


class TestWhenClocksChange:
    def test_a_time_that_is_skipped_moves_on_by_the_hour(self) -> None:
        window = read("2026-03-29 2:30-4:30")
        assert at(window) == "Sun 29 Mar 03:30"
        assert window.seconds == 3_600
        assert "02:30 doesn't exist on 2026-03-29" in window.note
        assert "03:30 is used" in window.note

    def test_of_a_time_that_comes_twice_the_first_is_taken(self) -> None:
        window = read("2026-10-25 2:30-4:00", now=datetime(2026, 10, 24, tzinfo=UTC))
        assert window.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert window.seconds == 2.5 * 3_600
        assert "02:30 comes twice" in window.note

    def test_a_window_over_the_change_is_as_long_as_it_really_is(self) -> None:
        assert read("2026-03-29 1:00-4:00").seconds == 2 * 3_600

    @given(
        local=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
        zone=st.sampled_from([ZONE, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
    )
    def test_every_local_time_is_a_moment_and_what_is_odd_is_said(self, local: datetime, zone: str) -> None:
        moment, note = at_instant(local, ZoneInfo(zone))
        shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert (shown == local) or (note and timedelta() < shown - local <= timedelta(hours=1))


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../etc/passwd", "x" * 3_000, "a\0b"])
def test_without_a_zone_times_are_utc_and_that_is_said(zone: str | None) -> None:
    window = read("tomorrow 9:00-10:00", zone)
    assert window.starts_at == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert "times are UTC" in window.note


@given(st.lists(st.text(max_size=12), max_size=10))
def test_whatever_is_typed_is_read_or_left(words: list[str]) -> None:
    window = parse_window(words, ZONE, MONDAY)
    assert 0 <= window.words <= MAX_WORDS
    assert window.starts_at is None or window.starts_at > MONDAY


@pytest.mark.parametrize(
    ("typed", "until"),
    [
        ("friday", "Fri 06 Mar 09:00"),
        ("Friday 14:00", "Fri 06 Mar 14:00"),
        ("friday at 2pm", "Fri 06 Mar 14:00"),
        ("monday", "Mon 09 Mar 09:00"),
        ("tomorrow", "Tue 03 Mar 09:00"),
        ("18:00", "Mon 02 Mar 18:00"),
        ("2026-03-04", "Wed 04 Mar 09:00"),
    ],
)
def test_until_when_is_read_in_their_own_zone(typed: str, until: str) -> None:
    found, note = parse_until(typed, ZONE, MONDAY)
    assert found is not None, note
    assert f"{found.astimezone(ZoneInfo(ZONE)):%a %d %b %H:%M}" == until


@pytest.mark.parametrize(
    "typed", ["", "soon", "2026-02-30", "26:00", "friday friday", "today 9:00", "2026-03-01"]
)
def test_what_is_no_moment_to_come_is_said_so(typed: str) -> None:
    found, note = parse_until(typed, ZONE, MONDAY)
    assert found is None
    assert note.endswith(".")


def test_until_a_time_that_clocks_skip_is_the_one_after_and_said_so() -> None:
    found, note = parse_until("2026-03-29 02:30", ZONE, MONDAY)
    assert found == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert "doesn't exist" in note
