"""What each event makes of an access request, and which effects it calls for."""

from datetime import datetime
from typing import Any, assert_never

from workflows.access.break_glass.events import BreakGlassEvent
from workflows.access.break_glass.evolve import break_glass_effects, evolve_break_glass
from workflows.access.conditions import ConditionsAccepted, ConditionsDeclined, ConditionsOffered
from workflows.access.credentials import Credential
from workflows.access.events import (
    AccessEvent,
    Approved,
    CredentialEnded,
    CredentialEnding,
    CredentialEvent,
    CredentialFoundMissing,
    CredentialLeftToExpire,
    CredentialMinted,
    CredentialNotEnded,
    CredentialNotMinted,
    CredentialRequested,
    Denied,
    EndAnnounced,
    Escalated,
    Granted,
    GrantEnded,
    GrantEnding,
    GrantEvent,
    GrantStarted,
    Lapsed,
    Requested,
    Reviewed,
    TermsRevised,
    WatchEvent,
    Withdrawn,
)
from workflows.access.evolve_review import extends_of, review_of, without_clicks
from workflows.access.incident_effects import told_to_incident
from workflows.access.kits.events import KitEntitlementRefused
from workflows.access.kits.evolve import evolve_kit, kit_effects
from workflows.access.late_signals import SignalsRaised
from workflows.access.later_effects import of_extensions, watches
from workflows.access.narrative import REPLIES
from workflows.access.on_behalf.events import ProposalAccepted, ProposalDeclined
from workflows.access.on_behalf.evolve import evolve_proposal, proposal_effects, proposed
from workflows.access.runs import RunEnded, RunReadable, RunUnreadable
from workflows.access.state import Access, Grant, GrantStatus
from workflows.access.taking import TakingSigned
from workflows.access.tickets import TicketClosed, TicketReadable, TicketUnreadable
from workflows.access.vault_quorum.effects import ASK, told_of_vault
from workflows.access.vault_quorum.events import VaultAsked, VaultAuthorized, VaultQuorumEvent
from workflows.access.vault_quorum.evolve import evolve_vault_quorum
from workflows.access.views import HANDLES, handles_of
from workflows.approval.approvers_check import ApproversFound, ApproversMissing
from workflows.approval.questions import QuestionAnswered, QuestionAsked, question_effects, with_question
from workflows.approval.review_withdrawal import ReviewWithdrawn, without
from workflows.narrative import replies_to
from workflows.policy.on_call.seen import on_call_in
from workflows.workflow import Effect, draw, tell

_KEPT = {"accessor", "lease_id", "wrapping_accessor", "expires_at", "valid_until", "account", "delivered"}
"""What is kept of a minting: all that ends it, and nothing secret."""


def evolve(state: Access | None, event: AccessEvent) -> Access:
    """The state after the event."""
    if isinstance(event, Requested):
        return _asked(event)
    assert state is not None, f"{event.action} before requested"
    if isinstance(event, BreakGlassEvent):
        return evolve_break_glass(state, event)
    if isinstance(event, KitEntitlementRefused):
        return evolve_kit(state, event)
    if isinstance(event, TakingSigned):
        return _with(state, taking_signed_at=event.at)
    if isinstance(event, VaultQuorumEvent):
        return _with(state, credentials=evolve_vault_quorum(state.credentials, event))
    return _of_credentials(state, event) if isinstance(event, CredentialEvent) else _of_grant(state, event)


def _of_grant(state: Access, event: GrantEvent) -> Access:
    match event:
        case Requested():
            raise AssertionError("requested twice")
        case ProposalAccepted() | ProposalDeclined():
            return evolve_proposal(state, event)
        case TermsRevised(terms=terms, digest=digest):
            return _with(without_clicks(state, terms), terms=terms, asked_digest=digest, offered_at=None)
        case Reviewed():
            return _with(
                state, reviews=(*state.reviews, review_of(state, event)), reason=event.reason or state.reason
            )
        case ReviewWithdrawn(reviewer=who):
            kept = without(state.reviews, who)
            return _with(state, reviews=kept, taken_back=(*state.taken_back, who), offered_at=None)
        case ConditionsOffered(at=at):
            return _with(state, offered_at=at)
        case ConditionsAccepted(digest=digest):
            return _with(state, accepted=digest)
        case ConditionsDeclined():
            return _with(state, declined=True)
        case QuestionAsked() | QuestionAnswered():
            return _with(state, questions=with_question(state.questions, event))
        case Approved(at=at):
            return _with(state, status="approved", decided_at=at)
        case Granted(starts_at=starts_at, ends_at=ends_at):
            status: GrantStatus = "scheduled" if _waits(state, starts_at) else "active"
            grant = Grant(status=status, starts_at=starts_at, ends_at=ends_at, started=status == "active")
            return _with(state, status=status, grant=grant)
        case GrantStarted():
            return _with_grant(state, "active", started=True)
        case Denied(at=at):
            return _with(state, status="denied", decided_at=at)
        case Withdrawn(at=at, why=why):
            return _with(state, status="withdrawn", decided_at=at, reason=why or state.reason)
        case Lapsed(at=at):
            return _with(state, status="lapsed", decided_at=at)
        case Escalated(stage=stage):
            return _with(state, escalated=(*state.escalated, stage))
        case ApproversMissing() | ApproversFound():
            return _with(state, stuck=event.stages if isinstance(event, ApproversMissing) else ())
        case SignalsRaised(signals=signals):
            return _with(state, signals=signals)
        case EndAnnounced():
            return _with(state, warned=True)
        case (
            RunEnded()
            | RunUnreadable()
            | RunReadable()
            | TicketClosed()
            | TicketUnreadable()
            | TicketReadable()
        ):
            return _of_watch(state, event)
        case GrantEnding(how=how, by=by, reason=reason):
            return _with_grant(state, "ending", how=how, ended_by=by, reason=reason)
        case GrantEnded(at=at):
            return _with_grant(state, "ended", ended_at=at)
        case _:
            assert_never(event)


def _of_watch(state: Access, event: WatchEvent) -> Access:
    """What was seen of the run or the ticket that access ends with."""
    match event:
        case RunEnded() | TicketClosed():
            return state
        case RunUnreadable(at=at):
            return _with(state, run_unseen_since=at)
        case RunReadable():
            return _with(state, run_unseen_since=None)
        case TicketUnreadable(at=at):
            return _with(state, ticket_unseen_since=at)
        case TicketReadable():
            return _with(state, ticket_unseen_since=None)


def _of_credentials(state: Access, event: CredentialEvent) -> Access:
    match event:
        case CredentialRequested():
            minting = Credential(id=event.credential, status="minting", asked_at=event.at)
            return _with(state, credentials=(*state.credentials, minting), taking_signed_at=None)
        case CredentialMinted():
            return _with_credential(state, event.credential, status="live", **event.model_dump(include=_KEPT))
        case CredentialNotMinted(credential=id, reason=reason, valid_until=until):
            return _with_credential(state, id, status="failed", trouble=reason, valid_until=until)
        case CredentialFoundMissing():
            return state
        case CredentialEnding(credential=id):
            ending = _with_credential(state, id, status="ending", trouble=None, left_to_expire=False)
            over = state.grant is not None and state.grant.status == "ended"
            return _with_grant(ending, "ending", ended_at=None) if over else ending
        case CredentialNotEnded(credential=id, reason=reason):
            return _with_credential(state, id, trouble=reason)
        case CredentialLeftToExpire(credential=id, confirmed_by=confirmed_by):
            return _with_credential(state, id, left_to_expire=True, trouble=None, confirmed_by=confirmed_by)
        case CredentialEnded(credential=id, at=at, confirmed_by=confirmed_by):
            return _with_credential(state, id, status="ended", ended_at=at, confirmed_by=confirmed_by)
        case _:
            assert_never(event)


def effects(state: Access, event: AccessEvent) -> tuple[Effect, ...]:
    """What the event calls for, given the state after it."""
    replies = () if state.private else replies_to(event, state.id, REPLIES)
    later = (*of_extensions(state, event), *watches(state, event), *break_glass_effects(state, event))
    later += proposal_effects(state, event)
    together = kit_effects(state, event)
    return (*_own_effects(state, event), *later, *together, *replies, *told_to_incident(state, event))


def _own_effects(state: Access, event: AccessEvent) -> tuple[Effect, ...]:
    cards = draw(state.id)
    match event:
        case CredentialRequested():
            return (_mint(state, event),)
        case CredentialEnding(credential=id):
            return (_end(state, id), cards)
        case Granted():
            return (cards, tell(state.id, state.requester, "approved"))
        case Withdrawn(why=str()) | ConditionsOffered() | KitEntitlementRefused():
            return (cards, tell(state.id, state.requester, event.action))
        case QuestionAsked() | QuestionAnswered():
            return question_effects(state, event)
        case Lapsed() if state.unaccepted:
            return (cards,)
        case Denied() | Lapsed() | GrantStarted() | EndAnnounced() | GrantEnded() | ApproversMissing():
            return (cards, tell(state.id, state.requester, event.action))
        case CredentialEnded() if state.status == "active":
            return (cards,)
        case VaultAsked() | VaultAuthorized() | CredentialNotMinted():
            return (cards, *told_of_vault(state, event))
        case Approved() | CredentialEnded() | ConditionsAccepted() | ConditionsDeclined():
            return ()
        case RunEnded() | TicketClosed() | ProposalDeclined():
            return ()
        case _:
            return (cards,)


def once(state: Access, event: AccessEvent) -> tuple[str, ...]:
    """Keys that the database lets stand once: one review a person until they take it back, one grant a request."""
    match event:
        case Reviewed(reviewer=reviewer):
            return (f"{state.id}/review/{state.taken_back.count(reviewer)}/{reviewer}",)
        case Granted():
            return (f"{state.id}/grant",)
        case _:
            return ()


def _asked(event: Requested) -> Access:
    asked = Access(
        id=event.id,
        status="pending",
        owner=event.requester,
        seconds=event.seconds,
        justification=event.justification,
        ticket=event.ticket,
        terms=event.terms,
        asked_at=event.at,
        asked_digest=event.digest,
        incident=event.incident,
        asked_by=event.asked_by,
        behind=event.behind,
        private=event.private,
        extends=extends_of(event),
        signals=event.signals,
        on_call=on_call_in(event.seen),
        starts_at=event.starts_at,
        until_run=event.until_run,
        ticket_found=event.ticket_found,
        ticket_title=event.ticket_title,
        inputs=event.inputs,
        kit=event.kit,
    )
    return proposed(asked, event)


def _waits(state: Access, starts_at: datetime) -> bool:
    return state.decided_at is not None and starts_at > state.decided_at


def _with(state: Access, **changes: Any) -> Access:
    return state.model_copy(update=changes)


def _with_grant(state: Access, status: str, reason: str | None = None, **changes: Any) -> Access:
    assert state.grant is not None
    grant = state.grant.model_copy(update={"status": status, **changes})
    return _with(state, status=status, grant=grant, reason=reason or state.reason)


def _with_credential(state: Access, id: str, **changes: Any) -> Access:
    return _with(
        state,
        credentials=tuple(
            credential.model_copy(update=changes) if credential.id == id else credential
            for credential in state.credentials
        ),
    )


def _mint(state: Access, event: CredentialRequested) -> Effect:
    assert state.grant is not None
    return Effect(
        ASK if state.terms.assurance == "vault" else "mint",
        lock=f"{state.id}/{event.credential}",
        payload={"credential": event.credential, "window": event.window},
        priority=1,
        at_once=True,
    )


def _end(state: Access, id: str) -> Effect:
    credential = state.credential(id)
    assert credential is not None
    handles = HANDLES.dump_python(handles_of(state, credential), mode="json")
    return Effect("end", lock=f"{state.id}/{id}", payload=handles, priority=0)
