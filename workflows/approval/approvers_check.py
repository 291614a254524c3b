"""What it means when approvers leave: the stages that nobody is left to decide, and those that can be again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.approval.approvers import short_of_approvers
from workflows.approval.staged import Staged
from workflows.policy.on_call.seen import unknown_groups
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory
from workflows.workflow import Command, Event, unmet


@dataclass(frozen=True)
class CheckApprovers(Command):
    """People have left or changed: see whether what waits can still be decided."""


class ApproversMissing(Event):
    """Too few people are left to decide these stages. `unknown` are the groups among theirs of people on call, if nobody
    can tell who that is."""

    action = "approvers-missing"
    stages: tuple[str, ...]
    unknown: tuple[str, ...] = ()


class ApproversFound(Event):
    """Every stage can be decided again."""

    action = "approvers-found"


def check_approvers(
    state: Staged, directory: Directory, escalated: Callable[[StageTerms], Event]
) -> tuple[Event, ...]:
    """What it means that these people are left. A stage without approvers is escalated at once, if it can be."""
    if state.status != "pending" or not directory.people:
        return ()
    short = short_of_approvers(state, directory)
    if short == state.stuck:
        return ()
    if not short:
        return (ApproversFound(),)
    stages = [one for one in state.terms.stages if one.name in short and one.name not in state.escalated]
    groups = [group for one in state.terms.stages if one.name in short for group in one.approvers]
    unknown = unknown_groups(directory, groups)
    return (
        ApproversMissing(stages=short, unknown=unknown),
        *(escalated(one) for one in stages if one.escalate_to),
    )


def impossible_check(state: Staged, event: ApproversMissing | ApproversFound) -> str | None:
    """Why this could not have been found out of what is in this state; None if it could."""
    if isinstance(event, ApproversFound):
        return unmet((bool(state.stuck), "no approvers had been missing"))
    names = {one.name for one in state.terms.stages}
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (bool(event.stages) and names.issuperset(event.stages), "it has no such stages"),
        (event.stages != state.stuck, "it was known before"),
    )


def impossible_escalation(state: Staged, name: str, to: tuple[str, ...], at: datetime) -> str | None:
    """Why a stage of what waits could not have been escalated to these then; None if it could."""
    stage = next((one for one in state.terms.stages if one.name == name), None)
    after = stage.escalate_after if stage else None
    return unmet(
        (name not in state.escalated, "it had been escalated before"),
        (
            name in state.stuck or (after is not None and at >= state.begun_at + timedelta(seconds=after)),
            "its terms escalate no such stage, or only later",
        ),
        (stage is not None and to == stage.escalate_to, "its terms escalate it to others"),
    )
