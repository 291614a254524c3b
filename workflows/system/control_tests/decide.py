"""The rules of control tests, as pure functions: each scheduled time has one run, whichever replica comes first."""

from datetime import datetime
from typing import assert_never

from workflows.system.control_tests.commands import (
    ControlTestCommand,
    ReportControlTest,
    StartControlTest,
)
from workflows.system.control_tests.events import (
    ControlTestEvent,
    ControlTestFailed,
    ControlTestInterrupted,
    ControlTestPassed,
    ControlTestStarted,
    Finished,
)
from workflows.system.control_tests.state import ControlTest, Outcome, control_test_id
from workflows.workflow import TELLING, Actor, Decision, Effect, NoChange, Refused, World

RUN = "run-control-test"
"""Tries the control."""
NOT_DAYPASS = Refused("not-daypass", "Only Daypass runs control tests.")
_EVENTS: dict[Outcome, type[Finished]] = {
    "passed": ControlTestPassed,
    "failed": ControlTestFailed,
    "interrupted": ControlTestInterrupted,
}


def decide(
    state: ControlTest | None, command: ControlTestCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """Start it once for each scheduled time; take the report of the run that is going on, and no other."""
    if not actor.is_daypass:
        return NOT_DAYPASS
    match command:
        case StartControlTest(test=test, due_at=due_at):
            if due_at > now or (state and state.due_at >= due_at):
                return NoChange()
            return (ControlTestStarted(test=test, due_at=due_at, at=now),)
        case ReportControlTest(due_at=due_at, result=result):
            if state is None or state.status != "running" or state.due_at != due_at:
                return NoChange()
            return (_EVENTS[result.outcome](due_at=due_at, found=result.found, at=now),)
        case _:
            assert_never(command)


def evolve(state: ControlTest | None, event: ControlTestEvent) -> ControlTest:
    """The state after the event."""
    if isinstance(event, ControlTestStarted):
        return ControlTest(
            id=control_test_id(event.test),
            status="running",
            test=event.test,
            due_at=event.due_at,
            started_at=event.at,
            finished_at=state.finished_at if state else None,
            found=state.found if state else None,
            passed_at=state.passed_at if state else None,
        )
    assert state is not None
    passed_at = event.at if isinstance(event, ControlTestPassed) else state.passed_at
    return state.model_copy(
        update={
            "status": event.action,
            "finished_at": event.at,
            "found": event.found,
            "passed_at": passed_at,
        }
    )


def effects(state: ControlTest, event: ControlTestEvent) -> tuple[Effect, ...]:
    """The run, after whatever is left of an earlier one."""
    if not isinstance(event, ControlTestStarted):
        return ()
    payload = {"test": event.test, "due_at": event.due_at.isoformat()}
    return (Effect(RUN, lock=f"{state.id}/run", payload=payload, priority=TELLING),)
