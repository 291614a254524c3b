"""What happens to an absence, as sentences, and what it is found by."""

from collections.abc import Mapping
from typing import Any

from workflows.narrative import Names, Sentences, moment
from workflows.workflow import SearchTerms

_ENDED = {
    "returned": "{who} is back",
    "expired": "The time away is over",
    "left": "The person who was away is no longer in the workspace",
}
_DELEGATION_ENDED = {
    "policy": "The policy no longer lets the delegate decide, so nobody does",
    "delegate-left": "The delegate is no longer in the workspace, so nobody decides",
}


def _started(f: Mapping[str, Any], n: Names) -> str:
    away = f"{n.of(f['person'])} is away until {moment(f['until'])}"
    return f"{away}; {n.of(f['delegate'])} decides for them" if f.get("delegate") else away


SENTENCES: Sentences = {
    "started": _started,
    "delegation-ended": lambda f, n: _DELEGATION_ENDED[f["why"]],
    "ended": lambda f, n: _ENDED[f["how"]].format(who=n.of(f["by"])),
}


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give who is away and who decides for them."""
    if action != "started":
        return before
    return SearchTerms(people=frozenset({facts["person"], facts.get("delegate")} - {None}))
