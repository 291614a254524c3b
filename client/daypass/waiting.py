"""Waits for the verdict on what was requested, and says what changes meanwhile."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from daypass.accepting import Agree, accept, how_to_accept, spell_offer
from daypass.api import Daypass
from daypass.errors import Away, Denied, NotInTime, Over, Refused
from daypass.text import moment

Tell = Callable[[str], None]
LOOK_SECONDS = 2.0
"""Seconds between two looks at a Daypass that doesn't wait with its answer until there is news."""


class ExitVerdict(IntEnum):
    """How a run ends, as an exit code. 1 is any error, 2 a wrong command line."""

    GRANTED = 0
    DENIED = 3
    OVER = 4
    """Expired without a response, withdrawn, superseded, or ended meanwhile."""
    NOT_IN_TIME = 5


_VERDICTS: Mapping[str, ExitVerdict] = {
    "active": ExitVerdict.GRANTED,
    "live": ExitVerdict.GRANTED,
    "evaluated": ExitVerdict.GRANTED,
    "denied": ExitVerdict.DENIED,
    "rejected": ExitVerdict.DENIED,
    **dict.fromkeys(
        (
            "ending",
            "ended",
            "withdrawn",
            "lapsed",
            "cancelled",
            "superseded",
            "replaced",
            "rolling back",
            "rolled back",
        ),
        ExitVerdict.OVER,
    ),
}
_ENDS: Mapping[str, str] = {
    "ending": "has ended already",
    "ended": "has ended already",
    "withdrawn": "was withdrawn",
    "lapsed": "expired with no response",
}


def wait(
    api: Daypass,
    path: str,
    until: float,
    tell: Tell,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    agree: Agree | None = None,
) -> tuple[ExitVerdict, dict[str, Any]]:
    """Look at what was asked for until there is a verdict, or `clock` says that it is too late.

    Conditions are put to whoever waits, by `agree`; without it they are told how to accept them. A Daypass that is away
    is waited for as long. Raises DaypassError, Away among them if it is away at the end.
    """
    told, shown, tag = "", "", ""
    known: dict[str, Any] = {}
    while True:
        asked = clock()
        try:
            changed, tag = api.watch(path, tag, until - asked)
            found = known = known if changed is None else changed
        except Away as error:
            if clock() >= until:
                raise
            tell(f"{_time_of_day()} {error}")
            continue
        news = standing(found)
        if news != told:
            tell(f"{_time_of_day()} {news}")
            told = news
        if found.get("offered_at") and found["digest"] != shown:
            shown = str(found["digest"])
            if not _settled(api, found, tell, agree):
                return ExitVerdict.NOT_IN_TIME, found
            continue
        verdict = _VERDICTS.get(found["status"])
        if verdict is not None:
            return verdict, found
        if clock() >= until:
            return ExitVerdict.NOT_IN_TIME, found
        if not tag or clock() - asked < LOOK_SECONDS / 2:
            sleep(min(LOOK_SECONDS, max(0.0, until - clock())))


def _settled(api: Daypass, found: Mapping[str, Any], tell: Tell, agree: Agree | None) -> bool:
    """Whether to go on waiting: the conditions are accepted, can be elsewhere, or have changed meanwhile."""
    if agree is None:
        for line in (*spell_offer(found).splitlines(), how_to_accept(found)):
            tell(line)
        return True
    if not agree(spell_offer(found)):
        tell(f"Not accepted. {how_to_accept(found)}")
        return False
    try:
        accept(api, found)
    except Refused as error:
        tell(str(error))
    return True


def insist(verdict: ExitVerdict, found: Mapping[str, Any], what: str) -> None:
    """Raise Denied, Over or NotInTime unless it was granted."""
    if verdict is ExitVerdict.DENIED:
        by = next(
            (str(one["name"]) for one in reversed(found["reviews"]) if one["verdict"] == "deny"),
            "An approver",
        )
        raise Denied(what, by, str(found.get("reason") or ""))
    if verdict is ExitVerdict.OVER:
        end = _ENDS.get(found["status"], f"is {found['status']}")
        why = f" Reason: {found['reason']}" if found.get("reason") else ""
        raise Over(f"Your request for {what} {end}.{why} Ask again if you still need it.")
    if verdict is ExitVerdict.NOT_IN_TIME:
        raise NotInTime(f"{what}: {not_yet(found)}")


def not_yet(found: Mapping[str, Any]) -> str:
    """Say of what isn't usable when the wait is over how it goes on."""
    if found.get("offered_at"):
        return f"Approved, but its conditions aren't accepted. It expires at {moment(found['lapses_at'])}."
    if found["status"] == "scheduled":
        return f"Approved. It starts at {moment(found['grant']['starts_at'])}."
    return f"No decision yet. The request stays pending and expires at {moment(found['lapses_at'])}."


def standing(found: Mapping[str, Any]) -> str:
    """Say where it stands, in one line."""
    reviews = ", ".join(f"{one['name']}: {one['verdict']}" for one in found["reviews"])
    awaited = ", ".join(sorted(found["waits_for"].values()))
    failing = [one["sentence"] for one in found.get("gates", []) if one["verdict"] != "passed"]
    parts = [
        found["status"],
        *([reviews] if reviews else []),
        *([f"waiting for {awaited}", f"expires at {moment(found['lapses_at'])}"] if awaited else []),
        *([f"starts at {moment(found['grant']['starts_at'])}"] if found["status"] == "scheduled" else []),
        *([f"ends at {moment(found['grant']['ends_at'])}"] if found["status"] == "active" else []),
        *(failing if found["status"] == "proposed" else []),
        *([str(found["trouble"])] if found.get("trouble") else []),
        *([f"reason: {found['reason']}"] if found.get("reason") else []),
    ]
    return "; ".join(parts)


def _time_of_day() -> str:
    return f"{datetime.now(UTC).astimezone():%H:%M:%S}"
