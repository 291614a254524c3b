"""Gives the terms by which an incident's events are found in the log."""

from collections.abc import Mapping
from typing import Any

from workflows.workflow import SearchTerms

_NAMES = {
    "role-taken": "person",
    "role-offered": "to",
    "follow-up-added": "owner",
    "access-requested": "person",
}
"""Events that add a person to the incident, with the fact that names them."""


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give the people and the service it is found by; it also concerns its members."""
    match action:
        case "declared":
            return SearchTerms(
                people=frozenset({facts["by"], *facts["called"]}),
                others=frozenset(facts.get("members", ())),
                resources=frozenset({facts["service"]} if facts.get("service") else ()),
                private=bool(facts["private"]),
            )
        case "people-invited":
            return before.model_copy(update={"others": before.others | {*facts["people"]}})
        case name if name in _NAMES:
            return before.model_copy(update={"people": before.people | {facts[_NAMES[name]]}})
        case _:
            return before
