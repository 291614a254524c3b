"""Inputs: what an entitlement asks for besides a reason, such as `dataset=eu`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from daypass.errors import DaypassError

Inputs = Mapping[str, str | int | bool]
_GIVEN = re.compile(r"([A-Za-z][A-Za-z0-9_]*)=(.+)")


def read_inputs(given: Sequence[str]) -> dict[str, str]:
    """Read `dataset=eu` and the like, by name. Raises DaypassError."""
    found: dict[str, str] = {}
    for one in given:
        read = _GIVEN.fullmatch(one)
        if read is None:
            raise DaypassError(f"“{one[:60]}” isn't an input. Write it like dataset=eu.")
        if read[1] in found:
            raise DaypassError(f"“{read[1]}” is given twice. Give it once.")
        found[read[1]] = read[2]
    return found


def take_inputs(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Tell the words that are inputs from the others."""
    given = [word for word in words if _GIVEN.fullmatch(word)]
    return given, [word for word in words if word not in given]


def has_inputs(request: Mapping[str, Any], wanted: Inputs) -> bool:
    """Say whether a request has all of these inputs, so that its access will do."""
    has = request.get("inputs") or {}
    return all(str(has.get(name, "")).casefold() == _spelled(value) for name, value in wanted.items())


def spell_inputs(request: Mapping[str, Any]) -> str:
    """Spell a request's inputs in one line, such as ` with dataset=eu`; empty if it has none."""
    given = request.get("inputs") or {}
    named = ", ".join(f"{name}={value}" for name, value in given.items())
    return f" with {named}" if named else ""


def _spelled(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).casefold()
