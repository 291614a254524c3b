"""What each event makes of a release, and which effects it calls for."""

from datetime import datetime
from typing import Any, assert_never

from workflows.approval.approvers_check import ApproversFound, ApproversMissing
from workflows.approval.questions import QuestionAnswered, QuestionAsked, question_effects, with_question
from workflows.approval.review_withdrawal import ReviewWithdrawn, without
from workflows.narrative import replies_to
from workflows.policy.evaluation.tiers import in_tier
from workflows.releases.deployments import deployment_effects
from workflows.releases.effect_kinds import attesting, comparing, declared, moving_to, reading
from workflows.releases.events import (
    ApprovalVoided,
    Approved,
    ArtifactChanged,
    ArtifactConfirmed,
    ArtifactUnread,
    Attested,
    CheckFailed,
    CheckPassed,
    CheckStarted,
    Drifted,
    DriftOver,
    Escalated,
    EvidenceRead,
    EvidenceUnread,
    IncidentDeclared,
    Lapsed,
    LiveEvent,
    MoveStopped,
    MoveWaits,
    Moving,
    NotMoved,
    ProposalEvent,
    Proposed,
    Rejected,
    ReleaseEvent,
    Replaced,
    Restored,
    Reviewed,
    RolledBack,
    Superseded,
    TermsRevised,
    TierDetermined,
    WentLive,
    Withdrawn,
)
from workflows.releases.exceptions.events import ExceptionEvent
from workflows.releases.exceptions.evolve import evolve_exceptions, exception_effects
from workflows.releases.gates.gate import all_passed
from workflows.releases.live_checks.events import (
    LiveCheckEvent,
    LiveCheckFailed,
    LiveCheckPassed,
    LiveCheckUnread,
)
from workflows.releases.narrative import REPLIES
from workflows.releases.state import LiveCheck, Move, Release, Review
from workflows.workflow import Effect, draw, tell


def evolve(state: Release | None, event: ReleaseEvent) -> Release:
    """The state after the event."""
    if isinstance(event, Proposed):
        return _proposed(event)
    assert state is not None, f"{event.action} before proposed"
    if isinstance(event, ExceptionEvent):
        return evolve_exceptions(state, event)
    return _with_live(state, event) if isinstance(event, LiveEvent) else _with_decision(state, event)


def _with_decision(state: Release, event: ProposalEvent) -> Release:
    match event:
        case EvidenceRead():
            return _with_evidence(state, event)
        case EvidenceUnread(reason=reason):
            return _with(state, trouble=reason)
        case ApprovalVoided(changed=changed):
            status = "pending" if all_passed(state.results) else "proposed"
            return _with(state, status=status, reviews=(), round=state.round + 1, voided=changed)
        case TermsRevised(terms=terms, digest=digest):
            unread = {"evidence": None, "results": (), "tier": None, "exceptions": ()}
            return _with(state, status="proposed", terms=terms, digest=digest, **unread)
        case TierDetermined(standing=tier):
            return _with(state, tier=tier, terms=in_tier(state.terms, tier.tier))
        case Reviewed():
            review = Review(
                reviewer=event.reviewer,
                verdict=event.verdict,
                at=event.at,
                digest=event.digest,
                delegated_by=event.delegated_by,
                signed=event.signed is not None,
            )
            return _with(state, reviews=(*state.reviews, review), reason=event.reason or state.reason)
        case ReviewWithdrawn(reviewer=who):
            kept = without(state.reviews, who)
            return _with(state, reviews=kept, taken_back=(*state.taken_back, who))
        case QuestionAsked() | QuestionAnswered():
            return _with(state, questions=with_question(state.questions, event))
        case Approved(at=at) | Rejected(at=at) | Withdrawn(at=at) | Lapsed(at=at):
            return _with(state, status=event.action, decided_at=at)
        case Superseded(at=at, live=live):
            return _with(state, status="superseded", decided_at=at, move=None, found=live)
        case Escalated(stage=stage):
            return _with(state, escalated=(*state.escalated, stage))
        case ApproversMissing(stages=stages):
            return _with(state, stuck=stages)
        case ApproversFound():
            return _with(state, stuck=())
        case _:
            assert_never(event)


def _with_live(state: Release, event: LiveEvent) -> Release:
    match event:
        case Moving():
            return _moving(state, event)
        case MoveWaits(reason=reason):
            assert state.move is not None
            return _with(state, move=state.move.model_copy(update={"trouble": reason}))
        case WentLive(at=at):
            return _moved(state, at, status="live", live_at=at)
        case RolledBack(at=at, to=to):
            by = state.move.by if state.move else None
            back = {"rolled_back_to": to, "rolled_back_at": at, "rollback_by": by}
            return _moved(state, at, status="rolled back", **back)
        case Restored(at=at):
            return _moved(state, at)
        case NotMoved():
            return _not_moved(state)
        case MoveStopped(version=version, found=found):
            return _not_moved(state, stopped=version, stopped_unread=not found)
        case CheckStarted():
            return _with(state, checking=True)
        case CheckPassed():
            return _checked(state, event, "evaluated")
        case CheckFailed(incident=incident):
            return _with(_checked(state, event, "live"), incident=incident or state.incident)
        case LiveCheckPassed() | LiveCheckUnread():
            return _live_checked(state, event)
        case LiveCheckFailed(incident=incident):
            return _with(_live_checked(state, event), incident=incident or state.incident)
        case IncidentDeclared(number=number):
            return _with(state, incident_number=number)
        case Attested(envelope=envelope):
            return _with(state, attestation=envelope)
        case Drifted(found=found):
            return _with(state, drifted=True, found=found)
        case DriftOver():
            return _with(state, drifted=False, found=None)
        case ArtifactConfirmed():
            return _with(state, compared=True, swapped="", unread=None)
        case ArtifactChanged(found=found):
            return _with(state, swapped=found, unread=None)
        case ArtifactUnread(reason=reason):
            return _with(state, unread=reason)
        case Replaced():
            over = {"drifted": False, "found": None, "checking": False}
            return _with(state, status="replaced", swapped="", unread=None, stopped=None, **over)
        case _:
            assert_never(event)


def effects(state: Release, event: ReleaseEvent) -> tuple[Effect, ...]:
    """What the event calls for, given the state after it."""
    return (
        *_own_effects(state, event),
        *deployment_effects(state, event),
        *replies_to(event, state.id, REPLIES),
    )


def _own_effects(state: Release, event: ReleaseEvent) -> tuple[Effect, ...]:
    cards = draw(state.id)
    if isinstance(event, ExceptionEvent):
        return exception_effects(state, event)
    match event:
        case Proposed() | TermsRevised():
            return (reading(state, "gather"), cards)
        case QuestionAsked() | QuestionAnswered():
            return question_effects(state, event)
        case Approved():
            return (reading(state, "ready"), cards)
        case CheckStarted():
            return (reading(state, "check"), cards)
        case Moving():
            return (moving_to(state, event), *attesting(state, event), cards)
        case WentLive() | RolledBack():
            return (cards, tell(state.id, state.requester, event.action), *comparing(state))
        case Restored():
            return (cards, *comparing(state))
        case Rejected() | Lapsed() | Superseded() | ApprovalVoided() | ApproversMissing():
            return (cards, tell(state.id, state.requester, event.action))
        case CheckFailed() | LiveCheckFailed():
            return (cards, tell(state.id, state.requester, event.action), *declared(state, event))
        case LiveCheckUnread() | Drifted() | ArtifactChanged() | ArtifactUnread() | MoveStopped():
            return (cards, tell(state.id, state.requester, event.action))
        case _:
            return (cards,)


def _proposed(event: Proposed) -> Release:
    return Release(
        id=event.id,
        status="proposed",
        owner=event.requester,
        behind=event.behind,
        version=event.version,
        note=event.note,
        terms=event.terms,
        proposed_at=event.at,
        digest=event.digest,
    )


def _with(state: Release, **changes: Any) -> Release:
    return state.model_copy(update=changes)


def _with_evidence(state: Release, event: EvidenceRead) -> Release:
    status = "pending" if event.passed else "proposed"
    first = state.evidence is None
    return _with(
        state,
        status="approved" if state.status == "approved" else status,
        evidence=event.evidence,
        results=event.results,
        digest=event.digest,
        trouble=None,
        replaces=event.evidence.live if first else state.replaces,
        replaces_digest=event.evidence.live_digest if first else state.replaces_digest,
        earlier=event.evidence.earlier if first else state.earlier,
        before=event.evidence.before if first else state.before,
    )


def _moving(state: Release, event: Moving) -> Release:
    move = Move(
        why=event.why, expected=event.expected, to=event.to, by=event.by, at=event.at, rule=event.rule
    )
    status = "rolling back" if event.why == "rollback" else state.status
    confirmed = event.at if event.why == "release" else state.confirmed_at
    kept = {"confirmed_at": confirmed, "reason": event.reason or state.reason, "stopped": None}
    return _with(state, status=status, move=move, **kept)


def _live_checked(state: Release, event: LiveCheckEvent) -> Release:
    others = tuple(one for one in state.live_checks if one.name != event.check)
    came_out = LiveCheck(name=event.check, result=event.result, since=event.at)
    return _with(state, live_checks=(*others, came_out))


def _moved(state: Release, at: datetime, **changes: Any) -> Release:
    """What is live now is what ought to be; its bytes are looked at next."""
    known = {"drifted": False, "found": None, "compared": False, "swapped": "", "unread": None}
    return _with(state, move=None, moved_at=at, **known, **changes)


def _not_moved(state: Release, **changes: Any) -> Release:
    status = "live" if state.status == "rolling back" else state.status
    return _with(state, status=status, move=None, **changes)


def _checked(state: Release, event: CheckPassed | CheckFailed, status: str) -> Release:
    if state.status not in ("live", "evaluated"):
        status = state.status
    return _with(state, status=status, checking=False, checks=event.results, checked_at=event.at)
