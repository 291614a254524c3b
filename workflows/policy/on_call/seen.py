"""By which schedules somebody was on call when a decision looked, and what conditions that look at it may rely on."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from workflows.ports import Directory

VARIABLE = "requester_on_call"
_NAMED = re.compile(rf"""(["'])(?P<name>[^"'\\\n]*)\1\s+in\s+{VARIABLE}\b""")
_USED = re.compile(rf"\b{VARIABLE}\b")


class OnCallSeen(BaseModel):
    """`schedules` are those by which the person was on call, `unknown` those of which nobody could tell."""

    model_config = ConfigDict(frozen=True)

    schedules: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


NOT_ON_CALL = OnCallSeen()


def seen_on_call(directory: Directory, person: str) -> OnCallSeen:
    """By which schedules this person is on call now."""
    schedules = sorted(name for name, people in directory.on_call.items() if person in people)
    return OnCallSeen(schedules=tuple(schedules), unknown=tuple(sorted(directory.on_call_unknown)))


def unknown_groups(directory: Directory, groups: Iterable[str]) -> tuple[str, ...]:
    """Those of these groups that are empty because nobody can tell who is on call."""
    named = directory.on_call_groups
    return tuple(one for one in dict.fromkeys(groups) if named.get(one) in directory.on_call_unknown)


def on_call_in(seen: Mapping[str, Any]) -> OnCallSeen | None:
    """What a decision recorded of it, in its event's `seen`; None in logs that don't say."""
    found = seen.get("on_call")
    return None if found is None else _seen(tuple(found["schedules"]), tuple(found["unknown"]))


@lru_cache(maxsize=256)
def _seen(schedules: tuple[str, ...], unknown: tuple[str, ...]) -> OnCallSeen:
    """The same few are read again and again."""
    return OnCallSeen(schedules=schedules, unknown=unknown)


def schedules_named(source: str) -> tuple[tuple[str, int], ...]:
    """The schedules that a condition looks for by name, each with the offset of its name."""
    return tuple((found["name"], found.start("name")) for found in _NAMED.finditer(source))


def untold(source: str, unknown: Collection[str]) -> str:
    """Why a condition can't be evaluated while these schedules are unknown, as the end of a sentence; empty if it can.

    One that looks at them otherwise than by name depends on all of them.
    """
    if not unknown or not _USED.search(source):
        return ""
    named = [name for name, _ in schedules_named(source)]
    missing = sorted(unknown if len(_USED.findall(source)) > len(named) else {*named} & {*unknown})
    return UNTOLD.format(schedules=", ".join(missing)) if missing else ""


UNTOLD = "who is on call by {schedules} can't be told right now"
