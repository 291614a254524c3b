"""What can happen to an absence: the events that its log is made of."""

from datetime import datetime

from workflows.system.absences.state import Earlier, How, Why
from workflows.workflow import Event


class AbsenceStarted(Event):
    """Someone is away. The delegate decides for them as an approver of `groups`, and was asked in an `earlier` absence if
    that is there."""

    action = "started"
    id: str
    person: str
    at: datetime
    until: datetime
    delegate: str | None = None
    groups: tuple[str, ...] = ()
    earlier: Earlier | None = None


class DelegationEnded(Event):
    """The delegate decides no longer; the absence goes on."""

    action = "delegation-ended"
    why: Why
    at: datetime


class AbsenceEnded(Event):
    """They are back, or their time away is over; nobody decides for them any more."""

    action = "ended"
    how: How
    by: str
    at: datetime


AbsenceEvent = AbsenceStarted | DelegationEnded | AbsenceEnded
