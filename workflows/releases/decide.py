"""The rules of releases, as pure functions: what a command means here and now.

`decide` answers with events, with a refusal, or that it is already so. Nothing here reads a clock, a
database or the network; `world` and `now` are arguments.
"""

from datetime import datetime
from typing import assert_never

from workflows.deciding import CheckApprovers, check_approvers, escalations
from workflows.policy.terms import StageTerms
from workflows.releases import living, proposing
from workflows.releases.model import (
    CheckAgain,
    CheckStarted,
    Escalated,
    Lapsed,
    ProposeRelease,
    ReassessRelease,
    Release,
    ReleaseCommand,
    ReportArtifact,
    ReportChecked,
    ReportEvidence,
    ReportLive,
    ReportMoved,
    ReportMoveWaits,
    ReportNotMoved,
    ReportReplaced,
    ReportSwapped,
    ReportUnread,
    Restore,
    ReviewRelease,
    RollBack,
    WithdrawRelease,
)
from workflows.typed import unreadable
from workflows.workflow import Actor, Decision, NoChange, Refused, TimePassed, World


def decide(
    state: Release | None, command: ReleaseCommand | TimePassed, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means for this release, at this moment, in this world."""
    if isinstance(command, ProposeRelease):
        return NoChange() if state else proposing.propose(command, actor, world, now)
    if state is None:
        return Refused("unknown", "Daypass knows no such release. Propose it again with /release.")
    if refusal := unreadable(command, actor):
        return refusal
    match command:
        case ReportEvidence():
            return proposing.take_evidence(state, command, world, now) or NoChange()
        case ReportUnread():
            return proposing.unread(state, command)
        case ReviewRelease():
            return proposing.review(state, command, actor, world, now)
        case WithdrawRelease():
            return proposing.withdraw(state, actor, world, now)
        case ReassessRelease():
            return proposing.revision(state, world, now) or NoChange()
        case CheckApprovers():
            return check_approvers(state, world.directory, _escalated)
        case ReportMoved():
            return living.moved(state, command, now)
        case ReportNotMoved():
            return living.not_moved(state, command, now)
        case ReportMoveWaits():
            return living.move_waits(state, command)
        case RollBack():
            return living.roll_back(state, command, actor, world, now)
        case CheckAgain():
            return living.check_again(state, actor, world)
        case ReportChecked():
            return living.checked(state, command, world, now)
        case ReportLive():
            return living.seen_live(state, command)
        case ReportArtifact():
            return living.seen_artifact(state, command)
        case ReportSwapped():
            return living.swapped(state, command)
        case ReportReplaced():
            return living.replaced(state, command)
        case Restore():
            return living.restore(state, actor, world, now)
        case TimePassed():
            return _time_passed(state, now)
        case _:
            assert_never(command)


def due(state: Release) -> datetime | None:
    """When time alone will next mean something to this release."""
    if state.status in ("proposed", "pending"):
        return min([state.lapses_at, *(at for at, _ in escalations(state))])
    if state.status == "live" and not state.checking and state.checked_at is None:
        return state.checks_at
    return None


def _time_passed(state: Release, now: datetime) -> Decision:
    if state.status in ("proposed", "pending"):
        if now >= state.lapses_at:
            return (Lapsed(at=now),)
        late = (stage for at, stage in escalations(state) if now >= at)
        return tuple(_escalated(one) for one in late) or NoChange()
    at = due(state)
    return (CheckStarted(),) if at is not None and now >= at else NoChange()


def _escalated(stage: StageTerms) -> Escalated:
    return Escalated(stage=stage.name, to=stage.escalate_to)
