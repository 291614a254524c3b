"""Asking and deciding: a request taken, reviewed, measured again by a new bundle."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce

from workflows.access import refusals, separation
from workflows.access.card_room import is_cut_on_card
from workflows.access.commands import RequestAccess, ReviewAccess
from workflows.access.decide_conditions import (
    counts_already,
    limits_refusal,
    nothing_to_approve,
    offer,
    taken_off,
)
from workflows.access.decide_for_playbook import approved_by_running, run_as_review
from workflows.access.decide_run import run_refusal
from workflows.access.events import (
    AccessEvent,
    Approved,
    Denied,
    Escalated,
    Granted,
    Lapsed,
    Requested,
    Reviewed,
    TermsRevised,
)
from workflows.access.evolve import evolve
from workflows.access.kits.decide import kit_refusal, requested_kit, without_kit
from workflows.access.late_signals import SignalsRaised, signals_at_approval
from workflows.access.limits import condition_digest, texts_of, without_texts
from workflows.access.on_behalf.refusals import refused_proposal
from workflows.access.request_digest import digest_under, request_digest
from workflows.access.scheduling import grant_window, judged_at, start_refusal
from workflows.access.signals import Signals, look
from workflows.access.state import Access, Extended
from workflows.access.tickets import of_ticket
from workflows.approval.approvers import satisfied
from workflows.approval.approvers_check import check_approvers
from workflows.approval.delegates import delegated_by
from workflows.approval.recorded import reviewer_groups
from workflows.approval.refusal import Wording, review_refusal
from workflows.policy.accounts import behind
from workflows.policy.directory import NOBODY_ANSWERS
from workflows.policy.evaluation.assess import Ask, Assessment, assess
from workflows.policy.fields import HIGH_RISKS
from workflows.policy.terms.access import StageTerms, Terms, stricter
from workflows.system.passkeys.signed_review import refused_by_assurance, unsigned, wait_of_new_keys
from workflows.workflow import Actor, Decision, NoChange, Refused, World


def request(
    command: RequestAccess,
    actor: Actor,
    world: World,
    now: datetime,
    judge: Callable[[Assessment], Assessment] | None = None,
) -> Decision:
    """A new request: taken, or refused with what is wrong in each field; `judge` has the last word on its assessment."""
    ground = command.ground
    if ground is not None and not actor.is_daypass:
        return refusals.NOT_AN_INCIDENT
    requester = command.requester(actor)
    if refusal := command.unextendable or refused_proposal(command, actor, world):
        return refusal
    if actor.is_machine and not behind(requester, world.directory):
        return Refused("no-owner", NOBODY_ANSWERS)
    if refusal := kit_refusal(command, requester, world, now):
        return refusal
    signals = look(
        without_kit(command.history, command),
        requester,
        world.bundle.entitlements.get(command.entitlement),
        world.directory,
        now,
    )
    ask = Ask(
        requester,
        command.entitlement,
        command.seconds,
        command.justification,
        command.ticket or "",
        signals.names if signals else (),
        command.extends.inputs if command.extends else command.inputs,
        command.on_behalf_of and actor.id,
        ticket_found=command.ticket_found,
    )
    seen = assess(world.bundle, world.directory, ask, judged_at(command.starts_at, now))
    seen = judge(seen) if judge else seen
    if seen.problems or seen.terms is None:
        return refusals.not_allowed(seen)
    if refusal := _unfitting(command, requester, seen.terms, now):
        return refusal
    requested = _requested(command, actor, seen, seen.terms, world, now, signals)
    if command.on_behalf_of:
        return (requested,)
    if refusal := separation.refused_request(command, requester, world, now):
        return refusal
    if ground is not None and ground.drill and not world.bundle.entitlements[command.entitlement].drill:
        return refusals.NOT_FOR_DRILLS
    granted = approval(evolve(None, requested), now)
    if ground is not None and approved_by_running(ground, command, world):
        return (requested, run_as_review(ground, requested, world), *granted)
    if requested.private and not seen.terms.automatic:
        return refusals.PRIVATE
    if seen.terms.automatic:
        return (requested, *granted)
    return (requested, *check_approvers(evolve(None, requested), world.directory, escalated))


def _unfitting(command: RequestAccess, requester: str, terms: Terms, now: datetime) -> Refused | None:
    """Why it can't extend what it extends, start when it is to start, or end with its run."""
    if command.extends and (refusal := _not_extendable(command, command.extends, requester, now)):
        return refusal
    unstartable = start_refusal(command.starts_at, command.extends, terms.ahead, now)
    return unstartable or run_refusal(command.until_run)


def _requested(
    command: RequestAccess,
    actor: Actor,
    seen: Assessment,
    terms: Terms,
    world: World,
    now: datetime,
    signals: Signals | None,
) -> Requested:
    ground, requester = command.ground, command.requester(actor)
    starts_at = command.starts_at.astimezone(UTC) if command.starts_at else None
    until_run = command.until_run.run if command.until_run else None
    shown = (command.seconds, command.justification, command.ticket, command.extends, starts_at, until_run)
    inputs = dict(seen.inputs)
    return Requested(
        id=command.subject,
        requester=requester,
        seconds=command.seconds,
        justification=command.justification,
        ticket=command.ticket,
        terms=terms,
        digest=request_digest(command.subject, requester, terms, *shown, inputs),
        at=now,
        seen=seen.facts(),
        incident=ground.incident if ground else None,
        asked_by=ground.asked_by if ground else actor.id if command.on_behalf_of else None,
        behind=behind(requester, world.directory),
        private=ground.private if ground else False,
        extends=_without_texts(command.extends),
        conditions=texts_of(command.extends.conditions) if command.extends else None,
        signals=signals,
        starts_at=starts_at,
        until_run=until_run,
        inputs=inputs,
        kit=requested_kit(command, world),
        **of_ticket(command.ticket_found),
    )


def escalated(stage: StageTerms) -> Escalated:
    """The event that others may decide in the stage as well."""
    return Escalated(stage=stage.name, to=stage.escalate_to)


def approval(state: Access, now: datetime) -> tuple[AccessEvent, ...]:
    """What follows at once from the approval: the grant, with its window."""
    starts_at, ends_at = grant_window(
        state.seconds, state.approved_seconds, state.starts_at, state.extends, now
    )
    return (Approved(at=now), Granted(starts_at=starts_at, ends_at=ends_at))


def _not_extendable(
    command: RequestAccess, extends: Extended, requester: str, now: datetime
) -> Refused | None:
    """Why this grant can't be extended by this request, if so."""
    if extends.holder != requester:
        return refusals.NOT_YOURS_TO_EXTEND
    if extends.entitlement != command.entitlement:
        return refusals.EXTENDS_ANOTHER
    if extends.longest is not None and command.seconds > extends.longest:
        return refusals.extends_too_long(extends.longest)
    return refusals.OVER if now >= extends.ends_at else None


def _without_texts(extends: Extended | None) -> Extended | None:
    """As an event keeps it, which has what was typed in a field of its own."""
    if extends is None:
        return None
    return extends.model_copy(update={"conditions": without_texts(extends.conditions)})


def review(state: Access, command: ReviewAccess, actor: Actor, world: World, now: datetime) -> Decision:
    """A verdict: counted, decisive, or refused."""
    if counts_already(state, command, actor):
        return NoChange()
    approves = command.verdict == "approve"
    found = signals_at_approval(state, actor, world.directory, now) if approves else ()
    revised = revision(state, world, now, found) or ()
    shown = (command.digest, command.policy)
    wording = replace(wording_of(state, now), early=nothing_to_approve(state, command, world, now))
    if refusal := review_refusal(state, shown, actor, world, now, revised, wording):
        return refusal
    state = reduce(evolve, found, state)
    if command.for_less and (refusal := limits_refusal(state, command)):
        return refusal
    seconds, condition = taken_off(state, command)
    again = assess_again(state, world, judged_at(state.starts_at, now), seconds)
    if approves and (objections := objections_to(state, again)):
        return refusals.no_longer_allowed(objections)
    if approves and (conflict := separation.refused_approval(state, world, now)):
        return conflict
    own_condition = condition_digest(state.id, actor.id, condition) if condition else None
    done = command.confirmed or command.for_less
    limits = (seconds, own_condition)
    if refusal := refused_by_assurance(state, command, limits, actor, world, now, done=done):
        return refusal
    if unconfirmed(state, command) or unsigned(state, command):
        return NoChange()
    by = delegated_by(state, world.directory, actor.id)
    groups = reviewer_groups(state, actor.id, by, world.directory)
    reviewed = Reviewed(
        reviewer=actor.id,
        verdict=command.verdict,
        reason=command.reason,
        seconds=seconds,
        condition=condition,
        condition_digest=own_condition,
        digest=state.digest,
        at=now,
        delegated_by=by,
        seen=again.facts() | {"reviewer_groups": groups[actor.id], "reviewers": groups},
        signed=command.signed,
        new_key_waits=wait_of_new_keys(command.signed, world),
    )
    if command.verdict == "deny":
        return (reviewed, Denied(at=now))
    after = evolve(state, reviewed)
    given = (*found, reviewed)
    if not satisfied(after, world.directory):
        return given
    if after.new_conditions:
        return (*given, *offer(after, world, now))
    return (*given, *approval(after, now))


def unconfirmed(state: Access, command: ReviewAccess) -> bool:
    """Whether the approval only counts once it is confirmed where all of it is shown, and isn't yet."""
    asks = state.terms.risk in HIGH_RISKS or is_cut_on_card(state)
    return command.verdict == "approve" and asks and not command.confirmed and not command.signed


def wording_of(state: Access, now: datetime) -> Wording:
    """What only access can say of a refused verdict."""
    late = refusals.lapsed(Lapsed(at=now))
    return Wording("request", refusals.OWN_REQUEST, late, status=refusals.spell_status(state))


def assess_again(state: Access, world: World, at: datetime, seconds: int | None = None) -> Assessment:
    """What the rules and the people of today say to the request, as of that moment; for as long as was approved so far
    unless `seconds` are given."""
    asked = replace(state.asked, seconds=seconds or state.approved_seconds)
    return assess(world.bundle, world.directory, asked, at)


def objections_to(state: Access, again: Assessment) -> str:
    """Why the rules of this moment forbid what is to be approved, if they do."""
    if again.terms and again.terms.vault != state.terms.vault:
        return refusals.MADE_DIFFERENTLY
    if not again.problems and again.inputs != state.inputs:
        return refusals.ASKS_FOR_MORE
    if not again.problems and again.ask.seconds > state.terms.longest:
        return refusals.too_long_now(state.terms.longest)
    return " ".join(problem.sentence for problem in again.problems)


def revision(
    state: Access, world: World, now: datetime, found: tuple[SignalsRaised, ...] = ()
) -> tuple[AccessEvent, ...] | None:
    """A pending request under a new bundle, or with what was `found` since: its terms, where either asks for more, by the
    stricter."""
    if state.status != "pending" or (state.terms.digest == world.bundle.digest and not found):
        return None
    state = reduce(evolve, found, state)
    again = assess_again(state, world, judged_at(state.starts_at, now))
    if again.terms is None:
        return None
    terms = stricter(state.terms, again.terms)
    if terms == state.terms:
        return None
    revised = TermsRevised(terms=terms, digest=digest_under(state, terms))
    return (*found, revised, *offer(evolve(state, revised), world, now))
