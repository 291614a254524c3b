"""What happens to a departure, as sentences, and what it is found by."""

from collections.abc import Mapping
from typing import Any

from workflows.narrative import Names, Sentences
from workflows.workflow import SearchTerms

NAMES_TOLD = 10


def _people(facts: Mapping[str, Any], names: Names) -> str:
    people = sorted(names.of(one) for one in facts["people"])
    more = f" and {len(people) - NAMES_TOLD} more" if len(people) > NAMES_TOLD else ""
    return f"{', '.join(people[:NAMES_TOLD])}{more}"


def _reported(facts: Mapping[str, Any], names: Names) -> str:
    what = f"The identity provider deactivated or deleted {_people(facts, names)}"
    if facts["held"]:
        return f"{what}. That's more than {facts['limit']} people, so an operator has to confirm it"
    return f"{what}, so what they hold ends"


SENTENCES: Sentences = {
    "reported": _reported,
    "people-added": lambda f, n: f"The identity provider also deactivated or deleted {_people(f, n)}",
    "people-returned": lambda f, n: f"The identity provider has {_people(f, n)} again",
    "confirmed": lambda f, n: f"{n.operator_or(f['by'])} confirmed that they left, so what they hold ends",
    "rejected": lambda f, n: f"{n.operator_or(f['by'])} rejected it: they keep what they hold",
    "access-found": lambda f, n: f"To end: {', '.join(f['requests'])}",
    "ended": lambda f, n: "Everything they held has ended, and every end is confirmed",
}


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give who left, and who decided about it."""
    match action:
        case "reported" | "people-added":
            return before.model_copy(update={"people": before.people | frozenset(facts["people"])})
        case "confirmed" | "rejected":
            return before.model_copy(update={"people": before.people | {facts["by"]}})
        case _:
            return before
