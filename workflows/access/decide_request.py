"""Asking and deciding: a request taken, reviewed, measured again by a new bundle, withdrawn."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from typing import cast

from workflows.access import refusals
from workflows.access.commands import PlaybookOrigin, RequestAccess, ReviewAccess
from workflows.access.conditions import ConditionsDeclined
from workflows.access.decide_conditions import (
    counts_already,
    limits_refusal,
    nothing_to_approve,
    offer,
    taken_off,
)
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
    Withdrawn,
)
from workflows.access.evolve import evolve
from workflows.access.limits import condition_digest, in_one_line, texts_of, without_texts
from workflows.access.state import Access, Extended, request_digest
from workflows.approval import review_withdrawal
from workflows.approval.approvers import satisfied
from workflows.approval.approvers_check import check_approvers
from workflows.approval.recorded import reviewer_groups
from workflows.approval.refusal import Wording, review_refusal
from workflows.policy.directory import NOBODY_ANSWERS
from workflows.policy.evaluation.assess import Ask, Assessment, assess
from workflows.policy.fields import HIGH_RISKS
from workflows.policy.terms.access import StageTerms, stricter
from workflows.ports import behind
from workflows.text import is_cut
from workflows.workflow import Actor, Decision, NoChange, Refused, World

MAX_REASON_CHARS_ON_CARD = 96
"""Of why access is requested: two lines on a phone. A longer reason is confirmed in a window that has all of it."""


def request(command: RequestAccess, actor: Actor, world: World, now: datetime) -> Decision:
    """A new request: taken, or refused with what is wrong in each field."""
    ground = command.ground
    if ground is not None and not actor.is_daypass:
        return refusals.NOT_AN_INCIDENT
    requester = ground.holder if ground else actor.id
    if actor.is_machine and not behind(requester, world.directory):
        return Refused("no-owner", NOBODY_ANSWERS)
    ask = Ask(requester, command.entitlement, command.seconds, command.justification, command.ticket or "")
    seen = assess(world.bundle, world.directory, ask, now)
    if seen.problems or seen.terms is None:
        return refusals.not_allowed(seen)
    if command.extends and (refusal := _not_extendable(command, command.extends, requester, now)):
        return refusal
    if ground is not None and ground.drill and not world.bundle.entitlements[command.entitlement].drill:
        return refusals.NOT_FOR_DRILLS
    requested = Requested(
        id=command.subject,
        requester=requester,
        seconds=command.seconds,
        justification=command.justification,
        ticket=command.ticket,
        terms=seen.terms,
        digest=request_digest(
            command.subject,
            requester,
            seen.terms,
            command.seconds,
            command.justification,
            command.ticket,
            command.extends,
        ),
        at=now,
        seen=seen.facts(),
        incident=ground.incident if ground else None,
        asked_by=ground.asked_by if ground else None,
        behind=behind(requester, world.directory),
        private=ground.private if ground else False,
        extends=_without_texts(command.extends),
        conditions=texts_of(command.extends.conditions) if command.extends else None,
    )
    if ground is not None and _approved_by_running(ground, command, world):
        return (
            requested,
            _run_as_review(ground, requested, world),
            *approval(command.seconds, command.extends, now),
        )
    if requested.private and not seen.terms.automatic:
        return refusals.PRIVATE
    if seen.terms.automatic:
        return (requested, *approval(command.seconds, command.extends, now))
    return (requested, *check_approvers(evolve(None, requested), world.directory, escalated))


def escalated(stage: StageTerms) -> Escalated:
    """The event that others may decide in the stage as well."""
    return Escalated(stage=stage.name, to=stage.escalate_to)


def _approved_by_running(ground: PlaybookOrigin, command: RequestAccess, world: World) -> bool:
    """Whether running the step was an approval: by the role that the bundle says, for somebody else, and
    under the policy that the step was shown under."""
    rule = world.bundle.entitlements[command.entitlement].in_incident
    directory = world.directory
    return (
        rule is not None
        and ground.policy == world.bundle.digest
        and ground.severity in rule.severities
        and ground.role in rule.roles
        and rule.approver in ground.asked_as
        and (rule.longest is None or command.seconds <= rule.longest)
        and directory.identity(ground.asked_by) != directory.identity(ground.holder)
    )


def _run_as_review(ground: PlaybookOrigin, requested: Requested, world: World) -> Reviewed:
    return Reviewed(
        reviewer=ground.asked_by,
        verdict="approve",
        digest=requested.digest,
        at=requested.at,
        seen={
            "rule": requested.terms.rule,
            "incident": ground.incident,
            "severity": ground.severity,
            "role": ground.role,
            "reviewer_roles": [*ground.asked_as],
            "reviewer_groups": [*sorted(world.directory.groups_of(ground.asked_by))],
        },
    )


def approval(seconds: int, extends: Extended | None, now: datetime) -> tuple[AccessEvent, ...]:
    """What extends a grant begins when that ends, or now if it has ended."""
    starts_at = max(now, extends.ends_at) if extends else now
    return (Approved(at=now), Granted(starts_at=starts_at, ends_at=starts_at + timedelta(seconds=seconds)))


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
    revised = revision(state, world, now) or ()
    shown = (command.digest, command.policy)
    wording = replace(wording_of(state, now), early=nothing_to_approve(state, command, world, now))
    if refusal := review_refusal(state, shown, actor, world, now, revised, wording):
        return refusal
    if command.for_less and (refusal := limits_refusal(state, command)):
        return refusal
    seconds, condition = taken_off(state, command)
    again = assess_again(state, seconds or state.approved_seconds, world, now)
    if command.verdict == "approve" and (objections := objections_to(state, again)):
        return refusals.no_longer_allowed(objections)
    if unconfirmed(state, command):
        return NoChange()
    reviewed = Reviewed(
        reviewer=actor.id,
        verdict=command.verdict,
        reason=command.reason,
        seconds=seconds,
        condition=condition,
        condition_digest=condition_digest(state.id, actor.id, condition) if condition else None,
        digest=state.digest,
        at=now,
        seen=again.facts()
        | {
            "reviewer_groups": sorted(world.directory.groups_of(actor.id)),
            "reviewers": reviewer_groups(state.reviews, actor.id, world.directory),
        },
    )
    if command.verdict == "deny":
        return (reviewed, Denied(at=now))
    after = evolve(state, reviewed)
    if not satisfied(after, world.directory):
        return (reviewed,)
    if after.new_conditions:
        return (reviewed, *offer(after, world, now))
    return (reviewed, *approval(after.approved_seconds, state.extends, now))


def withdraw_review(state: Access, actor: Actor, world: World, now: datetime) -> Decision:
    """An approver takes their own verdict back, and may decide again."""
    decision = review_withdrawal.withdraw_review(state, actor, now, wording_of(state, now))
    if not isinstance(decision, tuple):
        return decision
    after = reduce(evolve, cast("tuple[AccessEvent, ...]", decision), state)
    return (*decision, *offer(after, world, now))


def unconfirmed(state: Access, command: ReviewAccess) -> bool:
    """Whether the approval only counts once it is confirmed where all of it is shown, and isn't yet."""
    typed = (state.justification, in_one_line(state.conditions))
    asks = state.terms.risk in HIGH_RISKS or any(is_cut(one, MAX_REASON_CHARS_ON_CARD) for one in typed)
    return command.verdict == "approve" and asks and not command.confirmed


def wording_of(state: Access, now: datetime) -> Wording:
    """What only access can say of a refused verdict."""
    late = refusals.lapsed(Lapsed(at=now))
    return Wording("request", refusals.OWN_REQUEST, late, status=refusals.spell_status(state))


def assess_again(state: Access, seconds: int, world: World, now: datetime) -> Assessment:
    """What the rules of this moment say to it, for so long."""
    ask = Ask(state.requester, state.terms.entitlement, seconds, state.justification, state.ticket or "")
    return assess(world.bundle, world.directory, ask, now)


def objections_to(state: Access, again: Assessment) -> str:
    """Why the rules of this moment forbid what is to be approved, if they do."""
    if again.terms and again.terms.vault != state.terms.vault:
        return refusals.MADE_DIFFERENTLY
    if not again.problems and again.ask.seconds > state.terms.longest:
        return refusals.too_long_now(state.terms.longest)
    return " ".join(problem.sentence for problem in again.problems)


def revision(state: Access, world: World, now: datetime) -> tuple[AccessEvent, ...] | None:
    """A pending request under a new bundle: its terms, where either asks for more, by the stricter."""
    if state.status != "pending" or state.terms.digest == world.bundle.digest:
        return None
    again = assess_again(state, state.approved_seconds, world, now)
    if again.terms is None:
        return None
    terms = stricter(state.terms, again.terms)
    revised = TermsRevised(
        terms=terms,
        digest=request_digest(
            state.id,
            state.requester,
            terms,
            state.seconds,
            state.justification,
            state.ticket,
            state.extends,
        ),
    )
    return (revised, *offer(evolve(state, revised), world, now))


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
