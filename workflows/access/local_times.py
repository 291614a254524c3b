"""Windows as people type them, in their own time zone: `tomorrow 9:00-12:00`, `friday 14:00`, `2026-12-01 9am to 5pm`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_ECHOED_CHARS = 60
MAX_WORDS = 8
"""Of what was typed, how many words may say when."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = rf"today|tomorrow|{'|'.join(_WEEKDAYS)}|\d{{4}}-\d\d-\d\d"
_TIME = r"\d{1,2}(?::\d\d)?\s*(?:am|pm)?"
_WINDOW = re.compile(
    rf"(?:from\s+|at\s+|on\s+)?(?:(?P<day>{_DAY})(?:,?\s+|$))?(?:at\s+|from\s+)?"
    rf"(?P<start>{_TIME})?(?:\s*(?:-|–|—|\bto\b|\buntil\b)\s*(?P<end>{_TIME}))?(?:(?=\s)|$|(?<=\s))",
    re.IGNORECASE,
)
_UNTIL = re.compile(rf"(?:(?P<day>{_DAY})\b)?,?\s*(?:at\s+)?(?P<time>{_TIME})?", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(am|pm)?", re.IGNORECASE)
_CLEAR = re.compile(r":|[ap]m$", re.IGNORECASE)
"""What makes a number a time of day, where no day stands before it."""

BACK_AT = time(9)
"""When someone is back who names a day and no time."""

PASSED = "{time} on {day} has passed. Pick another start, or leave it out to start when it's approved."
UNTIL_PASSED = "{time} on {day} has passed. Pick a later time."
NO_TIME = "Say at what time, such as {day} 9:00-12:00."
NO_SUCH_TIME = "“{typed}” isn't a day and time. Write it like tomorrow 9:00-12:00."
SAME = "The end is the same as the start, so only the start is filled in."
NO_SUCH_MOMENT = "“{typed}” isn't a day or time. Write it like friday, or friday 14:00."
NEXT_DAY = "It ends on the next day."
SKIPPED = "{typed} doesn't exist on {day}, when clocks go forward, so {used} is used."
TWICE = "{typed} comes twice on {day}, when clocks go back, so the first one is used."
IN_ZONE = "Times are in your Slack time zone, {zone}."
NO_ZONE = "Slack doesn't say your time zone, so times are UTC."


@dataclass(frozen=True)
class TypedWindow:
    """What the first words said of when: `starts_at` (UTC) and for how many seconds, as far as it was understood.

    `words` of them are used up, and `note` says in sentences what was made of them; empty if they say nothing of it.
    """

    starts_at: datetime | None = None
    seconds: int | None = None
    words: int = 0
    note: str = ""


def parse_window(words: Sequence[str], zone: str | None, now: datetime) -> TypedWindow:
    """Read a window that these words begin with, in this IANA time zone; UTC if there is none, or it is unknown."""
    text = " ".join(words[:MAX_WORDS])
    match = _WINDOW.match(text)
    if match is None or not _says_when(match):
        return TypedWindow()
    used = len(match[0].split())
    where, known = _zone(zone)
    if match["start"] is None:
        return TypedWindow(words=used, note=NO_TIME.format(day=match["day"]))
    try:
        day = _day(match["day"] or "today", now.astimezone(where).date())
        start = datetime.combine(day, _clock(match["start"]))
        end = datetime.combine(day, _clock(match["end"])) if match["end"] else None
        if end is not None and end < start:
            end += timedelta(days=1)
    except (ValueError, OverflowError):
        return TypedWindow(words=used, note=NO_SUCH_TIME.format(typed=match[0].strip()))
    return _window(start, end, where, now, TypedWindow(words=used, note=known))


def parse_until(text: str, zone: str | None, now: datetime) -> tuple[datetime | None, str]:
    """Read until when someone is away, in this IANA time zone: the moment in UTC, if it is understood and still to
    come, and what was made of it in sentences."""
    typed = " ".join(text.split())
    match = _UNTIL.fullmatch(typed)
    where, known = _zone(zone)
    try:
        if match is None or not (match["day"] or match["time"]):
            raise ValueError(typed)
        day = _day(match["day"] or "today", now.astimezone(where).date())
        local = datetime.combine(day, _clock(match["time"]) if match["time"] else BACK_AT)
    except (ValueError, OverflowError):
        return None, NO_SUCH_MOMENT.format(typed=typed[:MAX_ECHOED_CHARS])
    at, odd = at_instant(local, where)
    if at <= now:
        return None, UNTIL_PASSED.format(time=f"{local:%H:%M}", day=f"{local:%Y-%m-%d}")
    return at, " ".join(one for one in (known, odd) if one)


def at_instant(local: datetime, zone: ZoneInfo) -> tuple[datetime, str]:
    """The moment in UTC of a local time without a zone, with a sentence if clocks skip it or show it twice.

    A skipped one is taken by the offset before the change, so later; of one shown twice the first is taken (PEP 495).
    """
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    at = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return at, ""
    shown = at.astimezone(zone)
    said = {"typed": f"{local:%H:%M}", "day": f"{local:%Y-%m-%d}", "used": f"{shown:%H:%M}"}
    return at, (TWICE if shown.replace(tzinfo=None) == local else SKIPPED).format(**said)


def _window(
    start: datetime, end: datetime | None, where: ZoneInfo, now: datetime, read: TypedWindow
) -> TypedWindow:
    starts_at, odd_start = at_instant(start, where)
    ends_at, odd_end = at_instant(end, where) if end else (None, "")
    seconds = int((ends_at - starts_at).total_seconds()) if ends_at else None
    notes = [read.note, odd_start, odd_end]
    if end and end.date() > start.date():
        notes.append(NEXT_DAY)
    if seconds is not None and seconds <= 0:
        seconds = None
        notes.append(SAME)
    if starts_at <= now:
        notes.append(PASSED.format(time=f"{start:%H:%M}", day=f"{start:%Y-%m-%d}"))
    note = " ".join(one for one in notes if one)
    return TypedWindow(starts_at if starts_at > now else None, seconds, read.words, note)


def _says_when(match: re.Match[str]) -> bool:
    """Whether it names a day, or a number that can only be a time of day."""
    return bool(match["day"] or (match["start"] and _CLEAR.search(match["start"])))


def _zone(name: str | None) -> tuple[ZoneInfo, str]:
    try:
        return ZoneInfo(name or ""), IN_ZONE.format(zone=name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return ZoneInfo("UTC"), NO_ZONE


def _day(typed: str, today: date) -> date:
    """Raises ValueError for a date that there isn't."""
    word = typed.casefold()
    if word in ("today", "tomorrow"):
        return today + timedelta(days=word == "tomorrow")
    if word in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS.index(word) - today.weekday() - 1) % 7 + 1)
    return date.fromisoformat(word)


def _clock(typed: str) -> time:
    """Raises ValueError for a time that there isn't."""
    match = _CLOCK.fullmatch(typed.strip())
    if match is None:
        raise ValueError(typed)
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").casefold()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(typed)
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute)
