"""Durations as people type them: `90m`, `1h30m`, `2 hours`, `1.5h`, `1 day and 2 hours`."""

import re
from fractions import Fraction

MAX_DURATION_SECONDS = 366 * 86_400
"""Seconds; anything above is taken for a typing error."""

_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3_600, "hr": 3_600, "hrs": 3_600, "hour": 3_600, "hours": 3_600,
    "d": 86_400, "day": 86_400, "days": 86_400,
    "w": 604_800, "week": 604_800, "weeks": 604_800,
}  # fmt: skip
_PART = re.compile(r"\s*(?:,|and\b)?\s*([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([a-z]+)", re.IGNORECASE)
_SPOKEN = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


class DurationError(ValueError):
    """The text is no duration; the message says so and shows what one looks like."""


def parse_duration(text: str) -> int:
    """Whole seconds, at least 1 and at most `MAX_DURATION_SECONDS`. Raises DurationError."""
    shown = text.strip()[:40]
    if re.fullmatch(r"[0-9]+", shown):
        raise DurationError(f"“{shown}” has no unit; write {shown}m or {shown}h, for example")
    seconds = sum(amount * unit for unit, amount in _parts(text.strip()).items())
    if seconds.denominator != 1:
        raise DurationError(f"“{shown}” isn't a whole number of seconds")
    if not 1 <= seconds <= MAX_DURATION_SECONDS:
        raise DurationError(f"“{shown}” is outside the range of 1 second to 366 days")
    return int(seconds)


def _parts(text: str) -> dict[int, Fraction]:
    """Unit in seconds → amount, each unit once."""
    unreadable = DurationError(f"“{text[:40]}” isn't a duration; write it like 30m, 1h30m, 2 hours or 1d")
    if not text or len(text) > 60:
        raise unreadable
    parts: dict[int, Fraction] = {}
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        unit = _UNITS.get(match[2].lower()) if match else None
        if match is None or unit is None or unit in parts:
            raise unreadable
        parts[unit] = Fraction(match[1])
        position = match.end()
    return parts


def spell_duration(seconds: int) -> str:
    """`5400` → `1 hour 30 minutes`; what it returns for one second or more, `parse_duration` reads back."""
    words = []
    left = max(seconds, 0)
    for name, size in _SPOKEN:
        amount, left = divmod(left, size)
        if amount:
            words.append(f"{amount} {name}{'' if amount == 1 else 's'}")
    return " ".join(words) or "0 seconds"


def brief_duration(seconds: int) -> str:
    """`5400` → `1h 30m`, where there is no room for words; `parse_duration` reads it back."""
    words, left = [], max(seconds, 0)
    for name, size in _SPOKEN:
        amount, left = divmod(left, size)
        if amount:
            words.append(f"{amount}{name[0]}")
    return " ".join(words) or "0s"
