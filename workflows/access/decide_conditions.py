"""Approving for less: what an approval takes off, and the offer to the requester that comes of conditions."""

from datetime import datetime

from pydantic import JsonValue

from workflows.access import refusals
from workflows.access.commands import ReviewAccess
from workflows.access.conditions import MAX_CONDITION_CHARS, MAX_CONDITIONS, ConditionsOffered, shortest
from workflows.access.events import AccessEvent
from workflows.access.state import Access, Review
from workflows.approval.approvers import satisfied
from workflows.approval.recorded import approver_groups
from workflows.workflow import Actor, Refused, World


def taken_off(state: Access, command: ReviewAccess) -> tuple[int | None, str | None]:
    """The seconds and the condition of an approval for less; None where it is as was shown."""
    condition = " ".join((command.condition or "").split()) or None
    if not command.for_less:
        return None, None
    return (command.seconds if command.seconds != state.approved_seconds else None), condition


def limits_refusal(state: Access, command: ReviewAccess) -> Refused | None:
    """Why an approval for less isn't one, if so."""
    seconds, condition = taken_off(state, command)
    if seconds is None and condition is None:
        return refusals.not_less("duration", refusals.NOTHING_LESS)
    if seconds is not None and seconds > state.approved_seconds:
        return refusals.too_much(state.approved_seconds)
    if seconds is not None and seconds < shortest(state):
        return refusals.too_little(min(shortest(state), state.approved_seconds))
    if condition is not None and len(condition) > MAX_CONDITION_CHARS:
        return refusals.condition_too_long(len(condition), MAX_CONDITION_CHARS)
    if condition is not None and len(state.conditions) >= MAX_CONDITIONS:
        return refusals.too_many_conditions(MAX_CONDITIONS)
    return None


def counts_already(state: Access, command: ReviewAccess, actor: Actor) -> bool:
    """Whether it is what this approver has said before; an approval for less says more than one that isn't."""
    return any(
        one.reviewer == actor.id
        and one.verdict == command.verdict
        and (not command.for_less or _said_before(state, one, command))
        for one in state.reviews
    )


def nothing_to_approve(state: Access, command: ReviewAccess, world: World, now: datetime) -> Refused | None:
    """Why another approval isn't taken: it has all it needs, and waits for the requester."""
    waits = state.status == "pending" and state.offered_at is not None and now < state.lapses_at
    approves = command.verdict == "approve"
    return refusals.OFFERED if waits and approves and satisfied(state, world.directory) else None


def offer(state: Access, world: World, now: datetime) -> tuple[AccessEvent, ...]:
    """What has all its approvals is offered to the requester, if it has conditions."""
    if not (state.new_conditions and satisfied(state, world.directory)):
        return ()
    seen: dict[str, JsonValue] = {"reviewers": approver_groups(state, world.directory)}
    return (ConditionsOffered(digest=state.digest, at=now, seen=seen),)


def _said_before(state: Access, review: Review, command: ReviewAccess) -> bool:
    own = [one.condition for one in review.conditions if one.by == review.reviewer]
    condition = " ".join((command.condition or "").split())
    as_long = command.seconds in (None, review.seconds or state.seconds)
    return as_long and own == ([condition] if condition else [])
