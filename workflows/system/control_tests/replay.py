"""Could this have happened to a control test?"""

from workflows.audit.possibility import Judges, Past, Why, judged
from workflows.system.control_tests.events import (
    ControlTestFailed,
    ControlTestInterrupted,
    ControlTestPassed,
    ControlTestStarted,
    Finished,
)
from workflows.system.control_tests.state import ControlTest, control_test_id
from workflows.workflow import Occurred, unmet


def _started(state: ControlTest | None, past: Past, now: Occurred, event: ControlTestStarted) -> Why:
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass started it"),
        (control_test_id(event.test) == now.subject, "it names another control test"),
        (event.due_at <= now.at, "it was not due yet"),
        (state is None or state.due_at < event.due_at, "it had run for that time"),
    )


def _finished(state: ControlTest, past: Past, now: Occurred, event: Finished) -> Why:
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass reported it"),
        (state.status == "running", "it wasn't running"),
        (state.due_at == event.due_at, "another run was going on"),
    )


JUDGES: Judges = {
    ControlTestStarted: _started,
    ControlTestPassed: _finished,
    ControlTestFailed: _finished,
    ControlTestInterrupted: _finished,
}
impossible = judged(ControlTestStarted, JUDGES, "it had never been started")
