"""The quorum and the seats by what the log recorded of the reviewers, asking no directory again.

A delegate is recorded with the groups by which they sat: their own, and those of whom they decided for.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from workflows.approval.delegates import delegated
from workflows.approval.staged import DelegatedBy, Staged
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.evaluation.quorum import Delegated, asked_by, seat_groups, seats, verdict
from workflows.policy.evaluation.quorum import Review as Vote
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory


def reviewer_groups(
    state: Staged, reviewer: str, by: Sequence[DelegatedBy], directory: Directory
) -> dict[str, JsonValue]:
    """The groups of everybody who has reviewed it, this one included: what a quorum is counted from, for the record.

    `by` are those for whom this one reviews.
    """
    mine = {reviewer: tuple((one.approver, one.groups) for one in by)} if by else {}
    votes: list[Vote] = [*state.votes, (reviewer, "approve", "")]
    return _groups(state, votes, {**delegated(state.reviews), **mine}, directory)


def seat_groups_of(state: Staged, person: str, directory: Directory) -> list[JsonValue]:
    """The groups by which this person could decide now."""
    here = with_manager(directory, state.requester)
    asked = asked_by(state.terms.stages, here, state.excluded(directory), state.escalated, person)
    return [*sorted(here.groups_of(person).union(*(groups for _, groups in asked)))]


def approver_groups(state: Staged, directory: Directory) -> dict[str, JsonValue]:
    """The same of what is decided later than the last review."""
    return _groups(state, state.votes, delegated(state.reviews), directory)


def _groups(
    state: Staged, votes: Sequence[Vote], by: Delegated, directory: Directory
) -> dict[str, JsonValue]:
    here = with_manager(directory, state.requester)
    found = seat_groups(state.terms.stages, here, state.excluded(directory), votes, state.escalated, by)
    return {one: [*sorted(groups)] for one, groups in found.items()}


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
