"""A day of the calendar, which a condition sees as its first moment in UTC."""

import re
from datetime import UTC, date, datetime, time

from workflows.policy.inputs.kind import InputKind
from workflows.policy.terms.inputs import InputTerms


def read_day(typed: str) -> str | None:
    """The day as YYYY-MM-DD; None if it isn't one."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed):
        return None
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        return None


def _read(declared: InputTerms, typed: str) -> str | None:
    day = read_day(typed)
    early = day is not None and declared.earliest != "" and day < declared.earliest
    late = day is not None and declared.latest != "" and day > declared.latest
    return None if early or late else day


def _allowed(declared: InputTerms) -> str:
    bounds = [
        f"{word} {day}" for word, day in (("from", declared.earliest), ("until", declared.latest)) if day
    ]
    return " ".join(["Enter a date such as 2026-12-31", *bounds]) + "."


def _value(day: str) -> str:
    return datetime.combine(date.fromisoformat(day), time(), UTC).isoformat()


DATE = InputKind(
    "date",
    "timestamp",
    "2026-03-02T00:00:00+00:00",
    _read,
    _allowed,
    value=_value,
    optional=("earliest", "latest"),
)
