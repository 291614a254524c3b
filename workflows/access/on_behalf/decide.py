"""A request for somebody else: accepted or declined by them, withdrawn by whoever asked, or expired."""

from datetime import datetime

from workflows.access import refusals as refusals_of_requests
from workflows.access import separation
from workflows.access.commands import AccessCommand, EndForLeaver, EndRemoved, StopAccess, WithdrawAccess
from workflows.access.decide_request import approval, assess_again, escalated, objections_to
from workflows.access.events import Lapsed, Withdrawn
from workflows.access.evolve import evolve
from workflows.access.on_behalf import refusals
from workflows.access.on_behalf.commands import AcceptProposal, DeclineProposal
from workflows.access.on_behalf.events import ProposalAccepted, ProposalDeclined
from workflows.access.removed import end_removed
from workflows.access.request_digest import digest_under
from workflows.access.scheduling import judged_at
from workflows.access.signals import look
from workflows.access.state import Access
from workflows.access.stopped import stop
from workflows.approval.approvers_check import check_approvers
from workflows.policy.terms.access import stricter
from workflows.workflow import Actor, Decision, NoChange, TimePassed, World


def decide_proposed(
    state: Access, command: AccessCommand | TimePassed, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means while nobody has accepted; what is accepted or declined later is told why not."""
    match command:
        case AcceptProposal():
            return accept(state, command, actor, world, now)
        case DeclineProposal():
            return decline(state, actor, now)
        case WithdrawAccess():
            return withdraw(state, actor, now)
        case StopAccess() | EndForLeaver():
            return stop(state, command, actor, now)
        case EndRemoved():
            return end_removed(state, command, actor, world, now)
        case TimePassed():
            return (Lapsed(at=now),) if now >= state.lapses_at else NoChange()
        case _:
            return NoChange() if actor.is_daypass else refusals.NOT_ACCEPTED


def accept(state: Access, command: AcceptProposal, actor: Actor, world: World, now: datetime) -> Decision:
    """From now on it is the request of whom it is for, by the rules, people and signals of today."""
    if refusal := _refusal(state, actor, now, "accepted"):
        return refusal
    if state.accepted_at is not None:
        return NoChange()
    if command.digest != state.digest:
        return refusals.CHANGED
    entitlement = world.bundle.entitlements.get(state.terms.entitlement)
    if entitlement and not entitlement.on_behalf:
        return refusals.not_on_behalf(entitlement.title)
    signals = look(command.history, actor.id, entitlement, world.directory, now)
    looked_at = state.model_copy(update={"signals": signals})
    again = assess_again(looked_at, world, judged_at(state.starts_at, now))
    if (objections := objections_to(state, again)) or again.terms is None:
        return refusals.not_allowed(objections)
    if conflict := separation.refused_acceptance(state, world, now):
        return conflict
    terms = stricter(state.terms, again.terms)
    accepted = ProposalAccepted(
        by=actor.id,
        accepted=state.digest,
        terms=terms,
        digest=digest_under(state, terms),
        at=now,
        seen=again.facts(),
        signals=signals,
    )
    after = evolve(state, accepted)
    if terms.automatic:
        return (accepted, *approval(after, now))
    return (accepted, *check_approvers(after, world.directory, escalated))


def decline(state: Access, actor: Actor, now: datetime) -> Decision:
    """The person it is for doesn't want it."""
    if refusal := _refusal(state, actor, now, "declined"):
        return refusal
    if state.accepted_at is not None:
        return refusals_of_requests.already_decided(state, "declined")
    return (ProposalDeclined(by=actor.id, at=now), Withdrawn(at=now))


def withdraw(state: Access, actor: Actor, now: datetime) -> Decision:
    """Whoever asked takes it back; for the person it is for, that is to decline it."""
    if actor.id == state.holder:
        return decline(state, actor, now)
    if actor.id != state.asked_by and not actor.is_daypass:
        return refusals.NOT_YOURS
    return (Withdrawn(at=now),)


def _refusal(state: Access, actor: Actor, now: datetime, done: str) -> Decision | None:
    """Why whoever this is can't answer it; that it was answered so before is no refusal."""
    if state.holder is None:
        return refusals.NOT_PROPOSED
    if actor.id != state.holder:
        return refusals.NOT_FOR_YOU
    if state.status == "withdrawn" and state.declined and done == "declined":
        return NoChange()
    if state.unaccepted and state.status != "proposed":
        return refusals_of_requests.already_decided(state, done)
    return refusals.lapsed(Lapsed(at=now)) if state.unaccepted and now >= state.lapses_at else None
