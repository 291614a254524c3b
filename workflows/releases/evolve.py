"""What each event makes of a release, and which effects it calls for."""

from datetime import datetime
from typing import Any, assert_never

from workflows.approval.approvers_check import ApproversFound, ApproversMissing
from workflows.approval.questions import QuestionAnswered, QuestionAsked, question_effects, with_question
from workflows.approval.review_withdrawal import ReviewWithdrawn, without
from workflows.narrative import replies_to
from workflows.releases.deployments import deployment_effects
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
    WentLive,
    Withdrawn,
)
from workflows.releases.gates.gate import all_passed
from workflows.releases.narrative import REPLIES
from workflows.releases.state import Move, Release, Review
from workflows.workflow import Effect, draw, tell


def evolve(state: Release | None, event: ReleaseEvent) -> Release:
    """The state after the event."""
    if isinstance(event, Proposed):
        return _proposed(event)
    assert state is not None, f"{event.action} before proposed"
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
            return _with(state, status="proposed", terms=terms, digest=digest, evidence=None, results=())
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
        case Approved(at=at):
            return _with(state, status="approved", decided_at=at)
        case Rejected(at=at):
            return _with(state, status="rejected", decided_at=at)
        case Withdrawn(at=at):
            return _with(state, status="withdrawn", decided_at=at)
        case Lapsed(at=at):
            return _with(state, status="lapsed", decided_at=at)
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
    match event:
        case Proposed() | TermsRevised():
            return (_read(state, "gather"), cards)
        case QuestionAsked() | QuestionAnswered():
            return question_effects(state, event)
        case Approved():
            return (_read(state, "ready"), cards)
        case CheckStarted():
            return (_read(state, "check"), cards)
        case Moving():
            return (_move(state, event), *_attest(state, event), cards)
        case WentLive() | RolledBack():
            return (cards, tell(state.id, state.requester, event.action), *_compare(state))
        case Restored():
            return (cards, *_compare(state))
        case Rejected() | Lapsed() | Superseded() | ApprovalVoided() | ApproversMissing():
            return (cards, tell(state.id, state.requester, event.action))
        case CheckFailed():
            return (cards, tell(state.id, state.requester, event.action), *_declared(state, event))
        case Drifted() | ArtifactChanged() | ArtifactUnread() | MoveStopped():
            return (cards, tell(state.id, state.requester, event.action))
        case _:
            return (cards,)


def once(state: Release, event: ReleaseEvent) -> tuple[str, ...]:
    """Keys that the database lets stand once: one review a person and round, one going live a release."""
    match event:
        case Reviewed(reviewer=reviewer, round=number):
            again = state.taken_back.count(reviewer)
            return (f"{state.id}/review/{number}/{again}/{reviewer}",)
        case WentLive():
            return (f"{state.id}/live",)
        case Attested():
            return (f"{state.id}/attested",)
        case _:
            return ()


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
    move = Move(why=event.why, expected=event.expected, to=event.to, by=event.by, at=event.at)
    status = "rolling back" if event.why == "rollback" else state.status
    confirmed = event.at if event.why == "release" else state.confirmed_at
    kept = {"confirmed_at": confirmed, "reason": event.reason or state.reason, "stopped": None}
    return _with(state, status=status, move=move, **kept)


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


def _declared(state: Release, event: CheckFailed) -> tuple[Effect, ...]:
    if event.incident is None:
        return ()
    payload = {
        "incident": event.incident,
        "severity": event.severity,
        "service": state.terms.service,
        "playbook": event.playbook,
        "called": [state.requester, *sorted({one.reviewer for one in state.reviews})],
        "title": f"Post-release checks failed: {state.terms.title} {state.version}"[:200],
    }
    return (Effect("declare", lock=f"{state.id}/incident", payload=payload, priority=2),)


def _read(state: Release, kind: str) -> Effect:
    return Effect(kind, lock=f"{state.id}/registry", priority=2)


def _compare(state: Release) -> tuple[Effect, ...]:
    """Where it is known which bytes ought to be live. A lock of its own: no rollback waits for a reading."""
    if not state.digest_that_ought_to_be_live:
        return ()
    return (Effect("compare", lock=f"{state.id}/artifact", priority=2),)


def _attest(state: Release, event: Moving) -> tuple[Effect, ...]:
    """A lock of its own: going live doesn't wait for a signature."""
    if event.why != "release":
        return ()
    return (Effect("attest", lock=f"{state.id}/attestation", priority=2),)


def _move(state: Release, event: Moving) -> Effect:
    return Effect(
        "move",
        lock=f"{state.id}/registry",
        payload={"expected": event.expected, "to": event.to},
        priority=1,
    )
