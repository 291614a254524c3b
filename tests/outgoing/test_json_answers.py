"""What is read of answers in JSON, whoever sent them, and what isn't taken for it."""

from datetime import UTC, datetime

import pytest

from integrations.json_answers import (
    MAX_PAUSE_SECONDS,
    built_as_documented,
    is_passing,
    json_object,
    moment,
    seconds_to_wait,
)
from workflows.ports import Permanent


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"7", b"<html>", b"\xff", b'{"a": ', b"[" * 100_000, '{"a": 1}'.encode("utf-16")],
)
def test_what_is_no_object_of_json_is_nothing(body: bytes) -> None:
    assert json_object(body) is None
    assert json_object(b'{"a": [1]}') == {"a": [1]}


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 599])
def test_what_passes_says_nothing_against_the_call(status: int) -> None:
    assert is_passing(status)


@pytest.mark.parametrize("status", [200, 204, 302, 304, 400, 401, 403, 404, 409, 410, 422])
def test_anything_else_doesn_t_pass(status: int) -> None:
    assert not is_passing(status)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("30", 30.0),
        ("9" * 400, MAX_PAUSE_SECONDS),
        (None, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_seconds_to_wait_are_whole_and_have_an_end(header: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(header) == seconds


def test_a_moment_has_an_offset_and_is_one_that_a_calendar_has() -> None:
    assert moment("2026-03-02T10:30:00+01:00") == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    for said in ("2026-03-02T10:30:00", "0001-01-01T00:00:00+23:59", "soon", ""):
        with pytest.raises(ValueError, match=r"time|isoformat"):
            moment(said)


@pytest.mark.parametrize("error", [KeyError, TypeError, ValueError, AttributeError, IndexError])
def test_an_answer_of_another_shape_can_t_be_used(error: type[Exception]) -> None:
    with pytest.raises(Permanent, match="unusable"), built_as_documented("It is unusable."):
        raise error
