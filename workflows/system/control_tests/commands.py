"""What can be asked of a control test, by Daypass alone."""

from dataclasses import dataclass
from datetime import datetime

from workflows.system.control_tests.state import Result, TestName
from workflows.workflow import Command


@dataclass(frozen=True)
class StartControlTest(Command):
    """Its scheduled time has come."""

    test: TestName
    due_at: datetime


@dataclass(frozen=True)
class ReportControlTest(Command):
    """The run that was due then is over."""

    due_at: datetime
    result: Result


ControlTestCommand = StartControlTest | ReportControlTest
