"""Words for people: text of others on one line, times in the reader's zone, durations."""

import re
from datetime import UTC, datetime, timedelta

from daypass.errors import DaypassError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"(?:[0-9]{1,6}\s*[smhd]\w*\s*)+", re.IGNORECASE)
_PART = re.compile(r"([0-9]+)\s*([smhd])", re.IGNORECASE)
MAX_LINE_CHARS = 4_000


def one_line(text: str, most: int = MAX_LINE_CHARS) -> str:
    """Return at most so many characters on one line; what doesn't print is a space."""
    printed = "".join(char if char.isprintable() else " " for char in text[: 4 * most])
    line = " ".join(printed.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def seconds_of(duration: str) -> int:
    """Read how long something may take, such as `30m` or `1h30m`, in seconds. Raises DaypassError.

    Durations of access aren't read here: Daypass does that, and knows more ways to write them.
    """
    if not _DURATION.fullmatch(duration.strip()):
        raise DaypassError(f"“{one_line(duration, 40)}” isn't a duration. Write it like 30m or 1h30m.")
    return sum(int(amount) * _UNITS[unit.lower()] for amount, unit in _PART.findall(duration))


def spell(left: timedelta) -> str:
    """Spell how long something lasts, in two units at most: `1 h 5 min`, `4 min`, `30 s`."""
    seconds = max(0, round(left.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def moment(written: str | datetime) -> str:
    """Show a time in the reader's own zone, with its name, for logs: `2026-11-27 20:15 CET`."""
    return f"{local(written):%Y-%m-%d %H:%M %Z}"


def at(written: str | datetime, now: datetime | None = None) -> str:
    """Show a time in the reader's own zone, as short as it is clear: `20:15`, or `Sat 28 Nov, 09:00`."""
    then, today = local(written), (now or datetime.now(UTC)).astimezone()
    return f"{then:%H:%M}" if then.date() == today.date() else f"{then:%a %d %b, %H:%M}"


def parsed(written: str | datetime) -> datetime:
    """Read a time of the API's."""
    return written if isinstance(written, datetime) else datetime.fromisoformat(written)


def local(written: str | datetime) -> datetime:
    """Return the time in this computer's zone."""
    return parsed(written).astimezone()
