"""The workflow of removals, with what the log says of them: sentences, search terms, and what could not have happened."""

from collections.abc import Mapping
from typing import Any, get_args

from workflows.audit.possibility import Judges, Past, Why, judged
from workflows.narrative import Names, Sentences
from workflows.ports import Directory
from workflows.system.access_reviews.removals import (
    IN_FORCE,
    KIND,
    NAME,
    AccessRemoved,
    RemovalEvent,
    RemovalLifted,
    RemovalRevoked,
    Removals,
    decide,
    effects,
    evolve,
    removals_of,
)
from workflows.workflow import Occurred, SearchTerms, Workflow, unmet


def _removed(state: Removals | None, past: Past, now: Occurred, event: AccessRemoved) -> Why:
    before = state.removal(event.person, event.entitlement) if state else None
    return _reported(now) or unmet(
        (event.id == now.subject == removals_of(event.review), "it names another review"),
        (state is None or state.review == event.review, "it is of another review"),
        (before is None or before.lifted == "reversed", "this had been removed before"),
        (event.by != event.person, f"{event.by} removed their own access"),
        (event.answered_at <= now.at, "it was removed later"),
    )


def _revoked(state: Removals, past: Past, now: Occurred, event: RemovalRevoked) -> Why:
    before = state.removal(event.person, event.entitlement)
    return _reported(now) or unmet(
        (before is not None, "this had not been removed"),
        (before is not None and not before.revoked, "its end had been confirmed before"),
    )


def _lifted(state: Removals, past: Past, now: Occurred, event: RemovalLifted) -> Why:
    before = state.removal(event.person, event.entitlement)
    return _reported(now) or unmet(
        (before is not None, "this had not been removed"),
        (before is not None and before.refuses, "it had been lifted before"),
        (
            event.how != "settled" or (before is not None and before.revoked),
            "something of it was left",
        ),
    )


def _reported(now: Occurred) -> Why:
    return unmet((now.actor.is_daypass, "someone else than Daypass carried it out"))


JUDGES: Judges = {AccessRemoved: _removed, RemovalRevoked: _revoked, RemovalLifted: _lifted}
impossible = judged(AccessRemoved, JUDGES, "nothing had been removed")


def _spell_removed(facts: Mapping[str, Any], names: Names) -> str:
    return (
        f"{names.of(facts['by'])} removed {facts['entitlement']} from {names.of(facts['person'])} "
        f"in the access review {facts['title']}; what they have of it is being revoked"
    )


def _spell_lifted(facts: Mapping[str, Any], names: Names) -> str:
    whose = f"the removal of {facts['entitlement']} from {names.of(facts['person'])}"
    if facts["how"] == "reversed":
        return f"A reviewer reversed {whose}"
    return f"The policy bundle has caught up with {whose}"


SENTENCES: Sentences = {
    "removed": _spell_removed,
    "revoked": lambda f, n: f"Nothing of {f['entitlement']} is left for {n.of(f['person'])}",
    "lifted": _spell_lifted,
}


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give whom and what the event is about, and who removed it."""
    people = {facts["person"], *([facts["by"]] if action == "removed" else [])}
    return SearchTerms(people=frozenset(people), resources=frozenset({facts["entitlement"]}))


def _concerns(state: Removals, directory: Directory, person: str) -> bool:
    return bool({one.by for one in state.removals} & directory.accounts_of(person))


WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Removals,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=lambda state: None,
    found_by=found_by,
    concerns=_concerns,
    events=get_args(RemovalEvent),
    impossible=impossible,
    sentences=SENTENCES,
    over=frozenset({"over"}),
    in_force=IN_FORCE,
)
