"""The process that reads one calendar for Daypass, within a bound of memory and processor time.

Run as a script by `calendar.py`, with nothing of Daypass around it: a rule of a few characters can repeat an event
without end. Takes a JSON object on standard input, and answers with one: `shifts`, or `fault`.
"""

import json
import re
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

PROCESSOR_SECONDS = 5
MEMORY = 512 << 20
MAX_SHIFTS = 2_000
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+\.[^\s<>()\[\],;:\"]+")
_TOO_OFTEN = re.compile(r"(?im)^(?:RRULE|EXRULE)[^:\r\n]*:.*FREQ=(?:SECONDLY|MINUTELY|HOURLY)")
"""Shifts repeat by days at least."""
_NO_PEOPLE = ("RESOURCE", "ROOM", "GROUP")

Shift = tuple[str, str, str]
"""Who, and from when until when, as RFC 3339 in UTC."""


def shifts(text: str, zone: ZoneInfo, since: datetime, until: datetime) -> list[Shift]:
    """Who is on call in this window, by each event of the calendar. Raises ValueError if it isn't one."""
    if _TOO_OFTEN.search(text):
        raise ValueError("an event repeats too often")
    calendar = icalendar.Calendar.from_ical(text)
    events = recurring_ical_events.of(calendar, components=["VEVENT"]).between(
        since.astimezone(zone), until.astimezone(zone)
    )
    found = [one for event in events for one in _shifts_of(event, zone)]
    if len(found) > MAX_SHIFTS:
        raise ValueError("too many shifts")
    return sorted(set(found))


def _shifts_of(event: Any, zone: ZoneInfo) -> Iterator[Shift]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    begins, ends = _moment(event["DTSTART"].dt, zone), _moment(event["DTEND"].dt, zone)
    for person in _people(event):
        if begins < ends:
            yield person, begins.isoformat(), ends.isoformat()


def _people(event: Any) -> list[str]:
    """Whoever is invited and hasn't declined; of an event to which nobody is, whose address its title has."""
    invited = event.get("ATTENDEE", [])
    invited = invited if isinstance(invited, list) else [invited]
    if invited:
        return [found for one in invited if (found := _coming(one))]
    return _ADDRESS.findall(str(event.get("SUMMARY", "")))


def _coming(attendee: Any) -> str:
    """Their address; empty for who declined, and what is no person."""
    said = {name.upper(): str(value).upper() for name, value in getattr(attendee, "params", {}).items()}
    if said.get("PARTSTAT") == "DECLINED" or said.get("CUTYPE") in _NO_PEOPLE:
        return ""
    address = re.sub(r"(?i)^mailto:", "", str(attendee)).strip()
    return address if _ADDRESS.fullmatch(address) else ""


def _moment(said: date | datetime, zone: ZoneInfo) -> datetime:
    """In UTC. A whole day begins at midnight; a local time that clocks show twice is the first."""
    local = said if isinstance(said, datetime) else datetime.combine(said, time())
    return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What is answered to a request; never raises for what a calendar holds."""
    since = datetime.fromisoformat(asked["since"])
    try:
        return {
            "shifts": shifts(
                asked["text"], ZoneInfo(asked["zone"]), since, since + timedelta(seconds=asked["seconds"])
            )
        }
    except Exception as error:
        return {"fault": type(error).__name__}


def main() -> None:
    """Answer once, and end."""
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.stdout.write(json.dumps(answer(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
