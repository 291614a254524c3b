"""Accepting the conditions of an approval: by the requester alone, and exactly those that they were shown."""

from datetime import datetime

from workflows.access import refusals, separation
from workflows.access.card_room import is_offer_cut
from workflows.access.conditions import AcceptConditions, ConditionsAccepted
from workflows.access.decide_request import approval, assess_again, objections_to, revision
from workflows.access.events import AccessEvent, Lapsed
from workflows.access.scheduling import judged_at
from workflows.access.state import Access
from workflows.approval.approvers import satisfied
from workflows.approval.recorded import approver_groups
from workflows.workflow import Actor, Decision, NoChange, Refused, World


def accept(state: Access, command: AcceptConditions, actor: Actor, world: World, now: datetime) -> Decision:
    """The requester accepts: granted for what was approved, or refused."""
    if actor.id not in world.directory.accounts_of(state.requester):
        return refusals.NOT_YOURS_TO_ACCEPT
    if state.accepted is not None and state.accepted == command.digest:
        return NoChange()
    revised = revision(state, world, now) or ()
    if refusal := _refusal(state, command, world, now, revised):
        return refusal
    again = assess_again(state, world, judged_at(state.starts_at, now))
    if objections := objections_to(state, again):
        return refusals.no_longer_allowed(objections)
    if conflict := separation.refused_acceptance(state, world, now):
        return conflict
    if unread(state, command):
        return NoChange()
    accepted = ConditionsAccepted(
        by=actor.id,
        digest=state.digest,
        at=now,
        seen=again.facts() | {"reviewers": approver_groups(state, world.directory)},
    )
    return (accepted, *approval(state, now))


def unread(state: Access, command: AcceptConditions) -> bool:
    """Whether conditions are only accepted once all of them are shown, and aren't yet."""
    waits = state.status == "pending" and state.offered_at is not None
    return waits and is_offer_cut(state) and not command.confirmed


def _refusal(
    state: Access, command: AcceptConditions, world: World, now: datetime, revised: tuple[AccessEvent, ...]
) -> Refused | None:
    """Why nothing is accepted, if so; what is worst comes first."""
    if state.status != "pending":
        return refusals.already_decided(state, "accepted")
    if now >= state.lapses_at:
        return refusals.offer_lapsed(Lapsed(at=now))
    if state.offered_at is None:
        return refusals.NOTHING_TO_ACCEPT
    if revised or command.digest != state.digest:
        return Refused("stale", refusals.OFFER_CHANGED, revised)
    return None if satisfied(state, world.directory) else refusals.NEEDS_APPROVALS
