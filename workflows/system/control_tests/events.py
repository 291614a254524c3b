"""What can happen to a control test."""

from datetime import datetime

from workflows.system.control_tests.state import TestName
from workflows.workflow import Event


class ControlTestStarted(Event):
    action = "started"
    test: TestName
    due_at: datetime
    at: datetime


class ControlTestPassed(Event):
    action = "passed"
    due_at: datetime
    found: str
    at: datetime


class ControlTestFailed(Event):
    action = "failed"
    due_at: datetime
    found: str
    at: datetime


class ControlTestInterrupted(Event):
    """It couldn't be finished, so nobody knows whether the control works."""

    action = "interrupted"
    due_at: datetime
    found: str
    at: datetime


Finished = ControlTestPassed | ControlTestFailed | ControlTestInterrupted
ControlTestEvent = ControlTestStarted | Finished
