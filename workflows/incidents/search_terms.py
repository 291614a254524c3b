"""Gives the terms by which an incident's events are found in the log."""

from collections.abc import Mapping
from typing import Any

from workflows.incidents.state import number_meant, number_of
from workflows.workflow import SearchTerms

_NAMES = {
    "role-taken": "person",
    "role-offered": "to",
    "follow-up-added": "owner",
    "access-requested": "person",
}
"""Events that add a person to the incident, with the fact that names them."""


def _number(facts: Mapping[str, Any]) -> str:
    return number_of(facts["id"], facts.get("number"))


def resources_meant(word: str) -> set[str]:
    """The resource of this name, and the incident if `42` or `inc-42` is its number."""
    return {word, number_meant(word) or word}


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give the people, the number and the service it is found by; it also concerns its members."""
    match action:
        case "declared":
            return SearchTerms(
                people=frozenset({facts["by"], *facts["called"]}),
                others=frozenset(facts.get("members", ())),
                resources=frozenset(filter(None, (facts.get("service"), _number(facts)))),
                private=bool(facts["private"]),
            )
        case "people-invited":
            return before.model_copy(update={"others": before.others | {*facts["people"]}})
        case name if name in _NAMES:
            return before.model_copy(update={"people": before.people | {facts[_NAMES[name]]}})
        case _:
            return before
