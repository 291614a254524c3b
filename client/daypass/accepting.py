"""What waits for the caller to accept it: conditions of an approval, and what someone requested for them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from daypass.api import Daypass
from daypass.text import moment, one_line, spell

Agree = Callable[[str], bool]
"""Shows a text, and says whether the person agrees to it."""
_LONGEST = 400


def waits_for_caller(found: Mapping[str, Any]) -> bool:
    """Whether it goes on only once its requester accepts."""
    return found["status"] == "proposed" or bool(found.get("offered_at"))


def spell_offer(found: Mapping[str, Any]) -> str:
    """Say what is to be accepted: who requested it, for how long it is approved, and each condition with its approver."""
    what = f"{found['entitlement']} for {spell(timedelta(seconds=found['approved_seconds']))}"
    until = f"Accept it by {moment(found['lapses_at'])}."
    if found["status"] == "proposed":
        why = one_line(found["justification"], _LONGEST)
        return f"Requested for you: {what}, because: {why} {until}"
    lines = [f"{one['name']}: {one_line(one['condition'], _LONGEST)}" for one in found["conditions"]]
    return "\n".join([f"Approved with conditions: {what}", *lines, until])


def how_to_accept(found: Mapping[str, Any]) -> str:
    """Say by which command it is accepted, and by which it isn't."""
    id = found["id"]
    return f"To accept: daypass access accept {id}. If you don't want it: daypass access withdraw {id}"


def accept(api: Daypass, found: Mapping[str, Any]) -> dict[str, Any]:
    """Accept exactly what was read. Raises DaypassError, above all if it has changed since."""
    return api.post(f"requests/{quote(str(found['id']), safe='')}/accept", {"digest": found["digest"]})
