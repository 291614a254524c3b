"""One control test as its events have made it: when it was due, when it ran, and what it found."""

from datetime import datetime
from typing import Literal, get_args

from workflows.workflow import Part, State

KIND = "ctl"
NAME = "control-test"
TestName = Literal["revocation", "self-approval", "restore"]
TESTS: tuple[TestName, ...] = get_args(TestName)
"""The control tests that there are."""
TITLES: dict[TestName, str] = {
    "revocation": "A revoked credential is refused at its target",
    "self-approval": "People can't approve their own requests",
    "restore": "The log verifies, and state can be rebuilt from it",
}
Outcome = Literal["passed", "failed", "interrupted"]


class Result(Part):
    """What came of one run. `interrupted`: it couldn't be finished, so it says nothing of the control."""

    outcome: Outcome
    found: str
    """A sentence: what was tried, and what happened."""


class ControlTest(State):
    """A control test. `status` is running, or what came of the last run."""

    test: TestName
    due_at: datetime
    """The scheduled time that it ran for."""
    started_at: datetime
    finished_at: datetime | None = None
    found: str | None = None
    """What the last run found; None while the first one runs."""
    passed_at: datetime | None = None
    """When it last passed."""

    @property
    def title(self) -> str:
        return TITLES[self.test]


def control_test_id(test: TestName) -> str:
    """The subject of this control test: always the same."""
    return f"{KIND}_{test}"
