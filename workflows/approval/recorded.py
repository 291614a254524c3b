"""The quorum and the seats by what the log recorded of the reviewers, asking no directory again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from workflows.approval.staged import Staged
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.evaluation.quorum import Review as Vote
from workflows.policy.evaluation.quorum import seats, verdict
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory


def reviewing_facts(state: Staged, reviewer: str, directory: Directory) -> dict[str, JsonValue]:
    """The groups of everybody who has reviewed it, this one included: what a quorum is counted from, for the record."""
    here = with_manager(directory, state.requester)
    reviewers = [*(one.reviewer for one in state.reviews), reviewer]
    return {"reviewer_groups": [*sorted(here.groups_of(reviewer))], "reviewers": _groups(reviewers, here)}


def approver_groups(state: Staged, directory: Directory) -> dict[str, JsonValue]:
    """The groups of all who have reviewed it, for what is decided later than the last review."""
    return _groups([one.reviewer for one in state.reviews], with_manager(directory, state.requester))


def _groups(people: Sequence[str], directory: Directory) -> dict[str, JsonValue]:
    return {one: [*sorted(directory.groups_of(one))] for one in dict.fromkeys(people)}


def recorded_quorum(
    stages: Sequence[StageTerms],
    groups: Mapping[str, Any],
    excluded: Collection[str],
    votes: Sequence[Vote],
    escalated: Collection[str],
) -> bool:
    """Whether the votes suffice, by the groups that the log recorded for each reviewer."""
    directory = _recorded_directory(groups)
    return verdict(stages, directory, excluded, votes, escalated).satisfied


def recorded_seat(
    stages: Sequence[StageTerms], reviewer: str, seen: Mapping[str, Any], escalated: Collection[str]
) -> bool:
    """Whether the reviewer was an approver in one of the stages, by what the decision recorded of them.

    A stage that lists all who could decide in it lists nobody who was excluded: whoever is in its groups and not on
    that list is another account of one who was.
    """
    directory = _recorded_directory({reviewer: seen.get("reviewer_groups", ())})
    listed = {one["stage"]: one for one in seen.get("stages", ()) if one["count"] == len(one["people"])}
    seated = seats(stages, directory, (), escalated)
    regular = seats(stages, directory, (), ())
    barred = any(
        reviewer in regular[name] and reviewer not in one["people"]
        for name, one in listed.items()
        if name in regular
    )
    return not barred and any(reviewer in people for people in seated.values())


def _recorded_directory(groups: Mapping[str, Any]) -> Directory:
    names = {name for of in groups.values() for name in of}
    members = {name: frozenset(person for person, of in groups.items() if name in of) for name in names}
    return Directory(groups=members)
