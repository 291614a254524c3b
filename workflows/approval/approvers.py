"""Who may decide in a stage, whose verdict is still wanted, and when a stage is escalated."""

from collections.abc import Collection
from datetime import datetime, timedelta

from workflows.approval.delegates import delegated
from workflows.approval.staged import Staged
from workflows.policy.evaluation.manager import asks_manager, manager_of, with_manager
from workflows.policy.evaluation.quorum import seats, short_of_people, verdict, who_can_decide
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory


def approvers_of(stage: StageTerms, state: Staged, directory: Directory) -> frozenset[str]:
    """Who may decide in the stage, those it was escalated to included; nobody who is excluded."""
    here = with_manager(directory, state.requester)
    return seats((stage,), here, state.excluded(directory), state.escalated)[stage.name]


def deciders(state: Staged, directory: Directory) -> frozenset[str]:
    """Everybody who is an approver in one of the stages."""
    here = with_manager(directory, state.requester)
    seated = seats(state.terms.stages, here, state.excluded(directory), state.escalated)
    return frozenset[str]().union(*seated.values())


def still_needed(state: Staged, directory: Directory) -> dict[str, frozenset[str]]:
    """For each stage, whose verdict would bring what is pending forward now."""
    if state.status != "pending":
        return {}
    excluded, here = state.excluded(directory), with_manager(directory, state.requester)
    return who_can_decide(
        state.terms.stages, here, excluded, state.votes, state.escalated, delegated(state.reviews)
    )


def to_ask(state: Staged, directory: Directory) -> dict[str, frozenset[str]]:
    """For each stage, whom to ask for a verdict: nobody who is away, unless only they can decide in it."""
    return {name: who_is_here(people, directory) for name, people in still_needed(state, directory).items()}


def who_is_here(people: Collection[str], directory: Directory) -> frozenset[str]:
    """Those of them who aren't away; all, if everybody is."""
    return frozenset(one for one in people if one not in directory.away) or frozenset(people)


def short_of_approvers(state: Staged, directory: Directory) -> tuple[str, ...]:
    """Names of the stages that can't get the approvals they need, whoever approves; none of what isn't pending."""
    if state.status != "pending":
        return ()
    excluded, here = state.excluded(directory), with_manager(directory, state.requester)
    return short_of_people(
        state.terms.stages, here, excluded, state.votes, state.escalated, delegated(state.reviews)
    )


def managing(state: Staged, directory: Directory) -> dict[str, str]:
    """Who may decide as the requester's manager, with the requester; empty if nobody may."""
    asked = any(asks_manager(one, one.name in state.escalated) for one in state.terms.stages)
    manager = manager_of(directory, state.requester) if asked else None
    return {manager: state.requester} if manager else {}


def waits_for(state: Staged, directory: Directory, person: str) -> bool:
    """Whether this person's verdict would move it on."""
    return any(person in people for people in still_needed(state, directory).values())


def satisfied(state: Staged, directory: Directory) -> bool:
    """Whether its reviews suffice."""
    excluded, stages = state.excluded(directory), state.terms.stages
    here = with_manager(directory, state.requester)
    return verdict(stages, here, excluded, state.votes, state.escalated, delegated(state.reviews)).satisfied


def escalations(state: Staged) -> list[tuple[datetime, StageTerms]]:
    """The stages that are still to be escalated, with when."""
    return [
        (state.begun_at + timedelta(seconds=stage.escalate_after), stage)
        for stage in state.terms.stages
        if stage.escalate_after is not None and stage.name not in state.escalated
    ]


def late(state: Staged, directory: Directory, now: datetime) -> bool:
    """Whether a stage that was to be escalated by now still wants a verdict."""
    waiting = still_needed(state, directory)
    after = [one.escalate_after for one in state.terms.stages if one.escalate_after and one.name in waiting]
    return bool(after) and now >= state.begun_at + timedelta(seconds=min(after))
