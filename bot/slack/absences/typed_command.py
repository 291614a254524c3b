"""`/access away …` and `/access back` as people type them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.slack.absences import texts
from bot.slack.people_called import MAX_NAME_CHARS, human_called
from workflows.access.local_times import parse_until
from workflows.durations import DurationError, parse_duration
from workflows.ports import Directory

AWAY, BACK = "away", "back"
_ASK = re.compile(r"(?P<when>.*?)(?:(?:,\s*|\s+|^)ask\s+(?P<who>.+))?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class TypedAbsence:
    """What a command said, as far as it was understood; `note` has sentences about the rest."""

    until: datetime | None = None
    delegate: str | None = None
    note: str = ""


def is_away(text: str) -> bool:
    """Whether the words behind the command begin with `away`, or are `back`."""
    words = text.casefold().split()
    return words[:1] == [AWAY] or words == [BACK]


def read_away(text: str, who: str, directory: Directory, now: datetime) -> TypedAbsence:
    """Read `away until friday, ask @edsger` or `away for 3 days`, as typed by `who`, in their time zone."""
    rest = text.split(maxsplit=1)[1:]
    found = _ASK.fullmatch(rest[0].strip() if rest else "")
    when, name = (found.group("when").strip(" ,"), (found.group("who") or "").strip()) if found else ("", "")
    until, note = _until(when, who, directory, now) if when else (None, "")
    delegate = human_called(name, directory) if name else None
    unknown = texts.NOT_A_PERSON.format(typed=name[:MAX_NAME_CHARS]) if name and not delegate else ""
    return TypedAbsence(until, delegate, " ".join(one for one in (note, unknown) if one))


def _until(when: str, who: str, directory: Directory, now: datetime) -> tuple[datetime | None, str]:
    word, _, rest = when.partition(" ")
    if word.casefold() == "for":
        try:
            return now + timedelta(seconds=parse_duration(rest)), ""
        except DurationError as error:
            return None, f"{error}."
    typed = rest if word.casefold() in ("until", "till", "to") else when
    return parse_until(typed, directory.zone_of(who), now)
