"""Control tests: Daypass tries its own controls on a schedule, and records what came of it."""

from workflows.system.control_tests.decide import decide, effects, evolve
from workflows.system.control_tests.events import (
    ControlTestFailed,
    ControlTestInterrupted,
    ControlTestPassed,
    ControlTestStarted,
)
from workflows.system.control_tests.narrative import SENTENCES
from workflows.system.control_tests.replay import impossible
from workflows.system.control_tests.state import KIND, NAME, ControlTest
from workflows.workflow import Workflow

WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=ControlTest,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=lambda state: None,
    events=(ControlTestStarted, ControlTestPassed, ControlTestFailed, ControlTestInterrupted),
    impossible=impossible,
    sentences=SENTENCES,
)
