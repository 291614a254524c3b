"""Taking back what one said: a request by its requester, a verdict by its approver."""

from datetime import datetime
from functools import reduce
from typing import cast

from workflows.access import refusals
from workflows.access.conditions import ConditionsDeclined
from workflows.access.decide_conditions import offer
from workflows.access.decide_request import wording_of
from workflows.access.events import AccessEvent, Withdrawn
from workflows.access.evolve import evolve
from workflows.access.state import Access
from workflows.approval import review_withdrawal
from workflows.workflow import Actor, Decision, NoChange, World


def withdraw(state: Access, actor: Actor, world: World, now: datetime) -> Decision:
    """The requester no longer needs it."""
    if not actor.is_daypass and actor.id not in world.directory.accounts_of(state.requester):
        return refusals.NOT_YOURS_TO_WITHDRAW
    if state.status == "withdrawn":
        return NoChange()
    if state.status != "pending":
        return refusals.already_decided(state)
    if state.offered_at is None or actor.is_daypass:
        return (Withdrawn(at=now),)
    return (ConditionsDeclined(by=actor.id, at=now), Withdrawn(at=now))


def withdraw_review(state: Access, actor: Actor, world: World, now: datetime) -> Decision:
    """An approver takes their own verdict back, and may decide again."""
    decision = review_withdrawal.withdraw_review(state, actor, now, wording_of(state, now))
    if not isinstance(decision, tuple):
        return decision
    after = reduce(evolve, cast("tuple[AccessEvent, ...]", decision), state)
    return (*decision, *offer(after, world, now))
