"""What each event of a playbook makes of an incident."""

from typing import Any, assert_never

from workflows.incidents.events import (
    AccessAsked,
    AccessChanged,
    AccessEnding,
    Froze,
    PlaybookEvent,
    PlaybookStarted,
    StepDone,
    StepEscalated,
    StepFailed,
    StepOverdue,
    StepSkipped,
    StepStarted,
    StepWaits,
    Thawed,
)
from workflows.incidents.state import Incident, PlaybookAccess, Step


def with_playbook(state: Incident, event: PlaybookEvent) -> Incident:
    """The state after the event."""
    match event:
        case StepOverdue(step=name):
            return _with_step(state, name, reminded=True)
        case StepEscalated(step=name):
            return _with_step(state, name, escalated=True)
        case PlaybookStarted(playbook=playbook, at=at):
            steps = tuple(Step(name=one.name) for one in playbook.steps)
            return _with(state, playbook=playbook, started_at=at, steps=steps)
        case StepStarted():
            return _with_step(
                state, event.step, status="running", run=event.run, by=event.by, at=event.at, trouble=None
            )
        case StepDone():
            return _with_step(state, event.step, status="done", trouble=None, note=event.note, at=event.at)
        case StepFailed(step=name, reason=reason):
            return _with_step(state, name, status="failed", trouble=reason)
        case StepWaits(step=name, reason=reason):
            return _with_step(state, name, trouble=reason)
        case StepSkipped():
            return _with_step(
                state, event.step, status="skipped", by=event.by, note=event.reason, at=event.at
            )
        case AccessAsked():
            return _with(state, accesses=(*state.accesses, _access(event)))
        case AccessChanged(access=id, status=status, trouble=trouble):
            return _with_access(state, id, status=status, trouble=trouble)
        case AccessEnding(access=id):
            return _with_access(state, id, status="ending")
        case Froze(service=service):
            return _with(state, frozen=(*state.frozen, service))
        case Thawed():
            return _with(state, frozen=())
        case _:
            assert_never(event)


def _with(state: Incident, **changes: Any) -> Incident:
    return state.model_copy(update=changes)


def _with_step(state: Incident, name: str, **changes: Any) -> Incident:
    return _with(
        state,
        steps=tuple(one.model_copy(update=changes) if one.name == name else one for one in state.steps),
    )


def _access(event: AccessAsked) -> PlaybookAccess:
    return PlaybookAccess(
        id=event.access,
        entitlement=event.entitlement,
        title=event.title,
        role=event.role,
        person=event.person,
        seconds=event.seconds,
        step=event.step,
        status="requested",
    )


def _with_access(state: Incident, id: str, **changes: Any) -> Incident:
    return _with(
        state,
        accesses=tuple(one.model_copy(update=changes) if one.id == id else one for one in state.accesses),
    )
