"""The rules of releases, as pure functions: what a command means here and now.

`decide` answers with events, with a refusal, or that it is already so. Nothing here reads a clock, a
database or the network; `world` and `now` are arguments.
"""

from datetime import datetime
from typing import assert_never

from workflows.approval.approvers import escalations
from workflows.approval.approvers_check import CheckApprovers, check_approvers
from workflows.approval.questions import AnswerQuestion, AskQuestion, decide_question
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.approval.staged import UNDECIDED
from workflows.ledger.readable_input import unreadable
from workflows.releases import decide_live, decide_proposal
from workflows.releases.commands import (
    CheckAgain,
    ProposeRelease,
    ReassessRelease,
    ReleaseCommand,
    ReportArtifact,
    ReportAttested,
    ReportChecked,
    ReportEvidence,
    ReportIncident,
    ReportLive,
    ReportLiveCheck,
    ReportMoved,
    ReportMoveWaits,
    ReportNotMoved,
    ReportReplaced,
    ReportSwapped,
    ReportUnread,
    Restore,
    ReviewRelease,
    RollBack,
    UsualCommand,
    WithdrawRelease,
)
from workflows.releases.events import CheckStarted, Lapsed
from workflows.releases.exceptions import decide as exceptions
from workflows.releases.exceptions.commands import RequestException, ReviewException
from workflows.releases.exceptions.standing import ends_at
from workflows.releases.live_checks.decide import live_checked
from workflows.releases.refusals import UNKNOWN
from workflows.releases.state import Release
from workflows.system.absences.rights import heeding_absences
from workflows.workflow import Actor, Decision, NoChange, TimePassed, World


def decide(
    state: Release | None, command: ReleaseCommand | TimePassed, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means for this release, at this moment, in this world."""
    world = heeding_absences(world, now)
    if isinstance(command, ProposeRelease):
        return NoChange() if state else decide_proposal.propose(command, actor, world, now)
    if state is None:
        return UNKNOWN
    if refusal := unreadable(command, actor):
        return refusal
    if isinstance(command, RequestException | ReviewException):
        return exceptions.decide_exception(state, command, actor, world, now)
    return _decide(state, command, actor, world, now)


def _decide(
    state: Release,
    command: UsualCommand | TimePassed,
    actor: Actor,
    world: World,
    now: datetime,
) -> Decision:
    match command:
        case ReportEvidence():
            return decide_proposal.take_evidence(state, command, world, now) or NoChange()
        case ReportUnread():
            return decide_proposal.unread(state, command)
        case ReviewRelease():
            return decide_proposal.review(state, command, actor, world, now)
        case WithdrawRelease():
            return decide_proposal.withdraw(state, actor, world, now)
        case WithdrawReview():
            return decide_proposal.withdraw_review(state, actor, now)
        case AskQuestion() | AnswerQuestion():
            say = decide_proposal.wording_of(state, now)
            return decide_question(state, command, actor, world.directory, now, say)
        case ReassessRelease():
            return decide_proposal.revision(state, world, now) or NoChange()
        case CheckApprovers():
            return check_approvers(state, world.directory, decide_proposal.escalated) or NoChange()
        case ReportMoved():
            moved = decide_live.reported_move(state, command, now)
            return exceptions.with_review(state, moved, world.directory, now)
        case ReportNotMoved() | ReportMoveWaits() | ReportSwapped():
            return decide_live.reported_move(state, command, now)
        case RollBack():
            return decide_live.roll_back(state, command, actor, world, now)
        case CheckAgain():
            return decide_live.check_again(state, actor, world)
        case ReportChecked():
            return decide_live.checked(state, command, world, now)
        case ReportLive():
            return decide_live.seen_live(state, command)
        case ReportArtifact():
            return decide_live.seen_artifact(state, command)
        case ReportReplaced():
            return decide_live.replaced(state, command)
        case ReportLiveCheck():
            return live_checked(state, command, world, now)
        case ReportIncident():
            return decide_live.incident_declared(state, command)
        case ReportAttested():
            return decide_live.attested(state, command)
        case Restore():
            return decide_live.restore(state, actor, world, now)
        case TimePassed():
            return _time_passed(state, world, now)
        case _:
            assert_never(command)


def due(state: Release) -> datetime | None:
    """When time alone will next mean something to this release."""
    if state.status in UNDECIDED:
        times = [state.lapses_at, ends_at(state), *(at for at, _ in escalations(state))]
        return min(at for at in times if at is not None)
    times = [exceptions.due(state), _checks_due(state)]
    return min((at for at in times if at is not None), default=None)


def _checks_due(state: Release) -> datetime | None:
    if state.status == "live" and not state.checking and state.checked_at is None:
        return state.checks_at
    return None


def _time_passed(state: Release, world: World, now: datetime) -> Decision:
    if state.status in UNDECIDED:
        if now >= state.lapses_at:
            return (Lapsed(at=now),)
        if over := exceptions.time_is_up(state, world, now):
            return over
        late = (stage for at, stage in escalations(state) if now >= at)
        return tuple(decide_proposal.escalated(one) for one in late) or NoChange()
    if overdue := exceptions.brought_by_time(state, world.directory, now):
        return overdue
    at = _checks_due(state)
    return (CheckStarted(),) if at is not None and now >= at else NoChange()
