"""What happens to a check on live metrics: an event when its verdict changes, and none for a look."""

from datetime import datetime

from workflows.releases.gates.gate import Result
from workflows.workflow import Event


class LiveCheckPassed(Event):
    """It passes for the first time, or again."""

    action = "live-check-passed"
    check: str
    result: Result
    at: datetime


class LiveCheckFailed(Event):
    """It failed in `looks` looks in a row, `since` then. `incident` is the id of the incident that it declares, of
    `severity`; None if it declares none."""

    action = "live-check-failed"
    check: str
    result: Result
    looks: int
    since: datetime
    at: datetime
    incident: str | None = None
    severity: str = ""
    playbook: str | None = None


class LiveCheckUnread(Event):
    """It couldn't be evaluated in `looks` looks in a row, `since` then, so it neither passes nor fails."""

    action = "live-check-not-read"
    check: str
    result: Result
    looks: int
    since: datetime
    at: datetime


LiveCheckEvent = LiveCheckPassed | LiveCheckFailed | LiveCheckUnread
