"""Deciding for someone who is away: for whom it would be, and for whom it was."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from workflows.approval.staged import DelegatedBy, Given, Staged
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.evaluation.quorum import Delegated, asked_by, seats
from workflows.policy.terms.access import StageTerms
from workflows.ports import Away, Directory
from workflows.workflow import unmet


def delegated(reviews: Sequence[Given]) -> Delegated:
    """For whom each reviewer decided, as a quorum is counted from it."""
    return {
        one.reviewer: tuple((by.approver, by.groups) for by in one.delegated_by)
        for one in reviews
        if one.delegated_by
    }


def delegated_by(state: Staged, directory: Directory, person: str) -> tuple[DelegatedBy, ...]:
    """For whom this person decides now, if they do: for nobody who decided, or was decided for, already."""
    heard = {directory.identity(one) for one in _heard(state)} if directory.away else set()
    here = with_manager(directory, state.requester)
    asked = asked_by(state.terms.stages, here, state.excluded(directory), state.escalated, person)
    return tuple(
        _given(approver, directory.away[approver], groups)
        for approver, groups in asked
        if directory.identity(approver) not in heard
    )


def _given(approver: str, away: Away, groups: Iterable[str]) -> DelegatedBy:
    return DelegatedBy(
        approver=approver,
        absence=away.absence,
        until=away.until,
        groups=tuple(sorted(groups)),
        account=away.owner if away.owner != approver else None,
    )


def standing_in(
    stages: Sequence[StageTerms],
    directory: Directory,
    excluded: Collection[str],
    escalated: Collection[str] = (),
) -> list[tuple[str, str]]:
    """Who would decide for whom now: each delegate with the approver, where the delegate is no approver themself."""
    delegates = {one.delegate for one in directory.away.values() if one.delegate}
    return [
        (delegate, approver)
        for delegate in sorted(delegates)
        for approver, _ in asked_by(stages, directory, excluded, escalated, delegate)
    ]


def needless(state: Staged, directory: Directory, person: str) -> bool:
    """Whether this person would decide only for approvers who have decided, or were decided for, already."""
    if all(away.delegate != person for away in directory.away.values()):
        return False
    here = replace(with_manager(directory, state.requester), away={})
    own = seats(state.terms.stages, here, state.excluded(directory), state.escalated).values()
    return all(person not in people for people in own) and not delegated_by(state, directory, person)


def impossible_delegation(
    state: Staged, reviewer: str, by: Sequence[DelegatedBy], askers: frozenset[str], at: datetime
) -> str | None:
    """Why this could not have been decided for these approvers then; None if it could."""
    named = {one for stage in state.terms.stages for one in (*stage.approvers, *stage.escalate_to)}
    heard = {*_heard(state)}
    return unmet(
        (all(one.approver != reviewer for one in by), f"{reviewer} decided for themselves as a delegate"),
        (all(one.approver not in askers for one in by), "it was decided for its own requester"),
        (all(one.approver not in heard for one in by), "it was decided twice for one approver"),
        (all(at < one.until for one in by), "whom it was decided for was back"),
        (
            all(one.groups and named >= {*one.groups} for one in by),
            "it was decided for someone who isn't an approver",
        ),
    )


def _heard(state: Staged) -> Iterator[str]:
    for one in state.reviews:
        yield one.reviewer
        yield from (by.approver for by in one.delegated_by)
