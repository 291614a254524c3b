"""The rules of incidents, as pure functions: what a command means here and now.

`decide` answers with events, with a refusal, or that it is already so. Nothing here reads a clock, a
database or the network; `world` and `now` are arguments.
"""

from datetime import datetime, timedelta
from typing import assert_never

from workflows.incidents import decide_incident, decide_playbook, decide_roles
from workflows.incidents.commands import (
    AcceptRole,
    AddFollowUp,
    AddNote,
    Cancel,
    ChangeSeverity,
    CheckCrew,
    ClaimRole,
    CloseReview,
    DeclareIncident,
    DeclineRole,
    FinishFollowUp,
    IncidentCommand,
    MergeInto,
    Mitigate,
    OfferRole,
    PinMessage,
    Reopen,
    Report,
    ReportAccess,
    ReportAlike,
    ReportInvited,
    ReportMerged,
    ReportPage,
    ReportPinned,
    ReportRoom,
    ReportRoomTrouble,
    ReportStep,
    Resolve,
    RunStep,
    SkipStep,
    StartPlaybook,
)
from workflows.incidents.events import StepEscalated, StepOverdue
from workflows.incidents.pagers.decide import paged
from workflows.incidents.refusals import UNKNOWN
from workflows.incidents.state import OPEN, Incident
from workflows.incidents.views import sees, undone
from workflows.ledger.readable_input import unreadable
from workflows.workflow import Actor, Decision, NoChange, TimePassed, World


def decide(
    state: Incident | None,
    command: IncidentCommand | TimePassed,
    actor: Actor,
    world: World,
    now: datetime,
) -> Decision:
    """What the command means for this incident, at this moment, in this world."""
    if isinstance(command, DeclareIncident):
        return NoChange() if state else decide_incident.declare(command, actor, world, now)
    if state is None or (not actor.is_daypass and not sees(state, world.directory, actor.id)):
        return UNKNOWN
    if refusal := unreadable(command, actor):
        return refusal
    if isinstance(command, Report):
        return _reported(state, command, now)
    match command:
        case ClaimRole():
            return decide_roles.claim(state, command, actor, world, now)
        case OfferRole():
            return decide_roles.offer(state, command, actor, world, now)
        case AcceptRole():
            return decide_roles.accept(state, command, actor, world, now)
        case DeclineRole():
            return decide_roles.decline(state, command, actor)
        case CheckCrew():
            return decide_roles.check(state, world)
        case ChangeSeverity():
            return decide_incident.change_severity(state, command, actor)
        case Mitigate():
            return decide_incident.mitigate(state, actor, now)
        case Resolve():
            return decide_incident.resolve(state, command, actor, now)
        case Reopen():
            return decide_incident.reopen(state, command, actor, now)
        case Cancel():
            return decide_incident.cancel(state, command, actor, now)
        case MergeInto():
            return decide_incident.merge(state, command, actor, now)
        case CloseReview():
            return decide_incident.close_review(state, actor, now)
        case AddNote():
            return decide_incident.add_note(state, command, actor)
        case PinMessage():
            return decide_incident.pin(state, command)
        case AddFollowUp():
            return decide_incident.add_follow_up(state, command, world)
        case FinishFollowUp():
            return decide_incident.finish_follow_up(state, command)
        case StartPlaybook():
            return decide_playbook.start(state, command, actor, world, now)
        case RunStep():
            return decide_playbook.run(state, command, actor, now)
        case SkipStep():
            return decide_playbook.skip(state, command, actor, now)
        case TimePassed():
            return _time_passed(state, now)
        case _:
            assert_never(command)


def _reported(state: Incident, command: Report, now: datetime) -> Decision:
    """What an effect came to."""
    match command:
        case ReportRoom():
            return decide_incident.room(state, command)
        case ReportRoomTrouble():
            return decide_incident.room_waits(state, command)
        case ReportInvited():
            return decide_incident.invited(state, command)
        case ReportPinned():
            return decide_incident.pinned(state, command)
        case ReportStep():
            return decide_playbook.reported(state, command, now)
        case ReportAccess():
            return decide_playbook.access_changed(state, command, now)
        case ReportPage():
            return paged(state, command)
        case ReportAlike():
            return decide_incident.alike(state, command)
        case ReportMerged():
            return decide_incident.absorbed(state, command)
        case _:
            assert_never(command)


def due(state: Incident) -> datetime | None:
    """When time alone will next mean something to this incident: when a step is overdue, or escalated."""
    if state.status not in OPEN:
        return None
    return min((at for at, _ in _reminders(state)), default=None)


def _time_passed(state: Incident, now: datetime) -> Decision:
    if state.status not in OPEN:
        return NoChange()
    return tuple(event for at, event in _reminders(state) if now >= at) or NoChange()


def _reminders(state: Incident) -> list[tuple[datetime, StepOverdue | StepEscalated]]:
    found: list[tuple[datetime, StepOverdue | StepEscalated]] = []
    for terms, step in undone(state):
        at = state.overdue_at(terms)
        if at is None:
            continue
        if not step.reminded:
            found.append((at, StepOverdue(step=terms.name, owner=state.holders.get(terms.owner))))
        if terms.escalate_after is not None and not step.escalated:
            later = at + timedelta(seconds=terms.escalate_after)
            found.append((later, StepEscalated(step=terms.name, to=terms.escalate_to)))
    return found
