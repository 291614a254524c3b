"""What happens to an access review, as sentences, and what it is found by."""

from collections.abc import Mapping
from typing import Any

from workflows.narrative import Names, Sentences, listed, moment
from workflows.workflow import SearchTerms

NAMED = 10
"""Of the people whom an answer is about; the log has all of them."""


def _opened(facts: Mapping[str, Any], names: Names) -> str:
    return (
        f"{names.operator_or(facts['by'])} opened the access review {facts['terms']['title']} "
        f"({facts['period']}): {facts['count']} items, due {moment(facts['due_at'])}"
    )


def _answered(facts: Mapping[str, Any], names: Names) -> str:
    verb = "removed" if facts["verdict"] == "remove" else "kept"
    return f"{names.of(facts['by'])} {verb} {facts['entitlement']} for {_people(facts['people'], names)}"


def _people(people: list[str], names: Names) -> str:
    named = names.all(people[:NAMED])
    more = len(people) - NAMED
    return f"{named} and {more} more" if more > 0 else named


def _closed(facts: Mapping[str, Any], names: Names) -> str:
    why = "Every item is answered" if facts["how"] == "answered" else "The deadline has passed"
    left = f", {facts['unanswered']} unanswered and proposed for removal" if facts["unanswered"] else ""
    return f"{why}: {facts['kept']} kept, {facts['removed']} removed{left}. The review is closed"


SENTENCES: Sentences = {
    "opened": _opened,
    "items-listed": lambda f, n: f"Who can request {f['entitlement']}: {len(f['people'])} listed",
    "items-answered": _answered,
    "removal-reversed": lambda f, n: (
        f"{n.of(f['by'])} reversed the removal of {f['entitlement']} from {_people(f['people'], n)}"
    ),
    "reviewers-reminded": lambda f, n: f"Reminder of the review due: {n.all(f['people'])}",
    "escalated": lambda f, n: f"Escalated to {listed(f['to'])}: they can answer everything as well",
    "overdue": lambda f, n: "The review is overdue: items have no answer",
    "reviewers-missing": lambda f, n: f"Nobody can review all of {listed(f['entitlements'])} anymore",
    "reviewers-found": lambda f, n: "Every item has someone to review it again",
    "closed": _closed,
}


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give who acted, and whom and what the event is about. Each event is found by itself: a review has thousands of people."""
    name = next(iter(before.resources & {one for one in before.resources if one.startswith(PREFIX)}), None)
    match action:
        case "opened":
            terms = facts["terms"]
            reviewed = {one[key] for one in terms["entitlements"] for key in ("entitlement", "resource")}
            return SearchTerms(
                people=frozenset({facts["by"]}), resources=frozenset({review_term(terms["name"]), *reviewed})
            )
        case "items-listed":
            resources = {facts["entitlement"], facts["resource"]}
            people = frozenset(facts["people"])
        case "items-answered" | "removal-reversed":
            resources, people = {facts["entitlement"]}, frozenset({facts["by"], *facts["people"]})
        case _:
            resources, people = set(), frozenset()
    return SearchTerms(people=people, resources=frozenset({*resources, *([name] if name else [])}))


PREFIX = "review:"


def review_term(name: str) -> str:
    """What a review's events are found by as a resource, as in `review:warehouse`."""
    return f"{PREFIX}{name}"
