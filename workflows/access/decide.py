"""The rules of access, as pure functions: what a command means here and now.

`decide` answers with events, with a refusal, or that it is already so. Nothing here reads a clock, a
database or the network; `world` and `now` are arguments.
"""

from datetime import datetime, timedelta
from functools import reduce
from typing import assert_never

from workflows.access import (
    decide_grant,
    decide_request,
    decide_scheduled,
    decide_ticket,
    decide_withdrawal,
    refusals,
    removed,
    stopped,
)
from workflows.access.break_glass import decide as break_glass
from workflows.access.break_glass.commands import BreakGlassCommand, TakeAccess
from workflows.access.break_glass.take import take
from workflows.access.commands import (
    AccessCommand,
    CancelExtension,
    EndForLeaver,
    EndRemoved,
    GiveBack,
    ReassessAccess,
    ReportEnded,
    ReportMinted,
    ReportMissing,
    ReportNotEnded,
    ReportNotMinted,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
    Revoke,
    StartGrant,
    StopAccess,
    WithdrawAccess,
)
from workflows.access.conditions import AcceptConditions
from workflows.access.decide_run import WITH_RUN
from workflows.access.ends_with import report
from workflows.access.events import (
    AccessEvent,
    CredentialRequested,
    EndAnnounced,
    Granted,
    GrantStarted,
    Lapsed,
)
from workflows.access.evolve import evolve
from workflows.access.kits.commands import KitCommand
from workflows.access.kits.decide import decide_kit
from workflows.access.late_signals import signals_by_now
from workflows.access.on_behalf.commands import AcceptProposal, DeclineProposal
from workflows.access.runs import ReportRun
from workflows.access.scheduling import CancelScheduled
from workflows.access.state import Access
from workflows.access.taking import SignTaking, sign_taking
from workflows.access.tickets import ReportTicket
from workflows.access.vault_quorum.commands import VaultQuorumCommand
from workflows.access.vault_quorum.decide import decide_vault_quorum
from workflows.access.vault_quorum.events import CredentialCollected
from workflows.approval.approvers import escalations
from workflows.approval.approvers_check import CheckApprovers, check_approvers
from workflows.approval.questions import AnswerQuestion, AskQuestion, decide_question
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.clock_skew import CLOCKS_DIFFER
from workflows.ledger.readable_input import unreadable
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory
from workflows.system.absences.rights import heeding_absences
from workflows.workflow import Actor, Decision, Event, NoChange, Refused, TimePassed, World

_BEGINS = (Granted, GrantStarted, CredentialRequested, CredentialCollected)


def decide(
    state: Access | None, command: AccessCommand | TimePassed, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means for this request, at this moment, in this world.

    While clocks differ too much nothing is granted and no credential made; ending goes on. What an emergency stop in
    force is for, and what an access review removed, is neither requested nor granted, and gets no credential.
    """
    decision = _decide(state, command, actor, heeding_absences(world, now), now)
    if isinstance(decision, tuple):
        refusal = stopped.refused(state, decision, world) or removed.refused(state, decision, world)
        if refusal:
            return refusal
    if world.clocks and isinstance(decision, tuple) and any(isinstance(one, _BEGINS) for one in decision):
        return Refused(CLOCKS_DIFFER, world.clocks)
    return decision


def _decide(
    state: Access | None, command: AccessCommand | TimePassed, actor: Actor, world: World, now: datetime
) -> Decision:
    if isinstance(command, RequestAccess):
        return NoChange() if state else decide_request.request(command, actor, world, now)
    if isinstance(command, TakeAccess):
        return NoChange() if state else take(command, actor, world, now)
    if state is None:
        return refusals.UNKNOWN
    if refusal := unreadable(command, actor):
        return refusal
    if isinstance(command, BreakGlassCommand):
        return break_glass.decide_taken(state, command, actor, world, now)
    if state.status == "proposed" or isinstance(command, AcceptProposal | DeclineProposal):
        return decide_ticket.decide_proposal(state, command, actor, world, now)
    if isinstance(command, KitCommand | VaultQuorumCommand):
        return _decide_joined(state, command, actor, now)
    match command:
        case StartGrant():
            return decide_ticket.start(state, command, actor, world, now)
        case CancelScheduled():
            return decide_scheduled.cancel(state, command, actor, now)
        case ReportRun(reading=reading):
            return report(WITH_RUN, state, reading, actor, now)
        case ReportTicket(reading=reading):
            return report(decide_ticket.WITH_TICKET, state, reading, actor, now)
        case CancelExtension():
            return decide_grant.cancel_extension(state, command, actor, now)
        case ReviewAccess() | AcceptConditions():
            return decide_ticket.review_or_accept(state, command, actor, world, now)
        case WithdrawAccess():
            return decide_withdrawal.withdraw(state, actor, world, now)
        case WithdrawReview():
            return decide_withdrawal.withdraw_review(state, actor, world, now)
        case AskQuestion() | AnswerQuestion():
            say = decide_request.wording_of(state, now)
            return decide_question(state, command, actor, world.directory, now, say)
        case ReassessAccess():
            return decide_request.revision(state, world, now) or decide_scheduled.reassess(
                state, actor, world, now
            )
        case CheckApprovers():
            return _check_approvers(state, world, now) or NoChange()
        case SignTaking() | RequestCredential():
            return _take(state, command, actor, world, now)
        case ReportMinted() | ReportNotMinted() | ReportEnded() | ReportNotEnded() | ReportMissing():
            return decide_grant.reported(state, command, now)
        case GiveBack():
            return decide_grant.give_back(state, actor, world, now)
        case Revoke():
            return decide_grant.revoke(state, command, actor, world, now)
        case StopAccess() | EndForLeaver():
            return stopped.stop(state, command, actor, now)
        case EndRemoved():
            return removed.end_removed(state, command, actor, world, now)
        case TimePassed():
            return _time_passed(state, world.directory, now)
        case _:
            assert_never(command)


def _decide_joined(
    state: Access, command: KitCommand | VaultQuorumCommand, actor: Actor, now: datetime
) -> Decision:
    """What stands in a folder of its own, and looks at nothing but the request."""
    if isinstance(command, KitCommand):
        return decide_kit(state, command, actor, now)
    return decide_vault_quorum(state, command, actor)


def _take(
    state: Access, command: SignTaking | RequestCredential, actor: Actor, world: World, now: datetime
) -> Decision:
    """A credential is taken, or signed for before."""
    if isinstance(command, SignTaking):
        return sign_taking(state, command, actor, world, now)
    return decide_grant.request_credential(state, command, actor, now)


def due(state: Access) -> datetime | None:
    """When time alone will next mean something to this request."""
    if state.status == "proposed":
        return state.lapses_at
    if state.status == "pending":
        return min([state.lapses_at, *(at for at, _ in _escalations(state))])
    if state.grant is None:
        return None
    expiries = [decide_grant.expires_at(state, credential) for credential in state.credentials]
    ends = [_warns_at(state), state.grant.ends_at] if state.grant.status in ("scheduled", "active") else []
    return min((at for at in (*expiries, *ends, break_glass.due(state)) if at), default=None)


def _escalations(state: Access) -> list[tuple[datetime, StageTerms]]:
    """None of what waits for its requester alone."""
    return [] if state.offered_at else escalations(state)


def _check_approvers(state: Access, world: World, now: datetime) -> tuple[Event, ...]:
    """What the people of now mean: others who can decide it, or nobody who can."""
    directory = world.directory
    found = signals_by_now(state, directory, now)
    seen = decide_request.revision(state, world, now, found) or found if found else ()
    after = reduce(evolve, seen, state)
    pending = check_approvers(after, directory, decide_request.escalated)
    return (*seen, *pending, *break_glass.check_reviewers(after, directory))


def _time_passed(state: Access, directory: Directory, now: datetime) -> Decision:
    """All that time alone has brought about by now, however late it is looked at."""
    events: tuple[AccessEvent, ...] = ()
    while more := _brought_by_time(state, directory, now):
        events += more
        state = reduce(evolve, more, state)
    return events or NoChange()


def _brought_by_time(state: Access, directory: Directory, now: datetime) -> tuple[AccessEvent, ...]:
    if state.status == "pending":
        if now >= state.lapses_at:
            return (Lapsed(at=now),)
        late = (stage for at, stage in _escalations(state) if now >= at)
        return tuple(decide_request.escalated(one) for one in late)
    if state.grant is None:
        return ()
    if expired := decide_grant.expired(state, now):
        return expired
    if state.grant.status in ("scheduled", "active"):
        if now >= state.grant.ends_at:
            return decide_grant.ending(state, "expired", "daypass:clockwork", None, now)
        warns_at = _warns_at(state)
        return (EndAnnounced(ends_at=state.grant.ends_at),) if warns_at and now >= warns_at else ()
    return break_glass.brought_by_time(state, directory, now)


def _warns_at(state: Access) -> datetime | None:
    """When to say that the end is near; never for a grant so short that it would only be noise."""
    warn = timedelta(seconds=state.terms.warn)
    if (
        state.grant is None
        or state.grant.status != "active"
        or state.warned
        or state.grant.ends_at - state.grant.starts_at < 2 * warn
    ):
        return None
    return state.grant.ends_at - warn
