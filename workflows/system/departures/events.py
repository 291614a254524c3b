"""What can happen to a departure: the events that its log is made of."""

from datetime import datetime

from workflows.workflow import Event


class Reported(Event):
    """The identity provider said that people have left; `held` if an operator is asked first."""

    action = "reported"
    id: str
    people: tuple[str, ...]
    leavers: int
    recent: int
    limit: int
    held: bool
    at: datetime


class Added(Event):
    """More people of the same departure."""

    action = "people-added"
    people: tuple[str, ...]


class Returned(Event):
    """People are here after all, by the identity provider's word."""

    action = "people-returned"
    people: tuple[str, ...]


class Confirmed(Event):
    action = "confirmed"
    by: str
    groups: tuple[str, ...]
    at: datetime


class Rejected(Event):
    action = "rejected"
    by: str
    groups: tuple[str, ...]
    at: datetime


class AccessFound(Event):
    """Access of theirs that is being ended."""

    action = "access-found"
    requests: tuple[str, ...]


class Ended(Event):
    """Every end is confirmed, or there was nothing to end."""

    action = "ended"
    at: datetime


DepartureEvent = Reported | Added | Returned | Confirmed | Rejected | AccessFound | Ended
