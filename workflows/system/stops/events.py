"""What can happen to an emergency stop: the events that its log is made of."""

from datetime import datetime
from typing import Literal

from workflows.workflow import Event


class Pressed(Event):
    action = "pressed"
    texts = frozenset({"reason"})
    id: str
    by: str
    person: str | None
    accounts: tuple[str, ...]
    target: str | None
    reason: str
    at: datetime
    until: datetime


class Found(Event):
    """What is to be ended."""

    action = "found"
    requests: tuple[str, ...]


class SessionsEnded(Event):
    """Sessions of the person in the console."""

    action = "sessions-ended"
    number: int


class RequestClosed(Event):
    """A request that had not begun is closed."""

    action = "request-closed"
    request: str
    at: datetime


class GrantEnded(Event):
    """The end of a grant is confirmed."""

    action = "grant-ended"
    request: str
    at: datetime
    confirmed_by: tuple[str, ...]


class GrantLeftToExpire(Event):
    """What it gave can't be revoked early, and works until then."""

    action = "grant-left-to-expire"
    request: str
    works_until: datetime


class GrantNotEnded(Event):
    action = "grant-not-ended"
    request: str
    reason: str


class Confirmed(Event):
    """Every end is confirmed."""

    action = "confirmed"
    at: datetime
    ended: int
    closed: int


class Lifted(Event):
    """It refuses nothing more: somebody lifted it, or its time is over."""

    action = "lifted"
    texts = frozenset({"reason"})
    how: Literal["lifted", "expired"]
    by: str
    at: datetime
    reason: str = ""


StopEvent = (
    Pressed
    | Found
    | SessionsEnded
    | RequestClosed
    | GrantEnded
    | GrantLeftToExpire
    | GrantNotEnded
    | Confirmed
    | Lifted
)
