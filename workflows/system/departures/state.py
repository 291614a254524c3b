"""A departure as its events have made it: who has left, and how far the end of their access is."""

import hashlib
from datetime import datetime
from typing import Literal

from workflows.workflow import State

KIND = "dep"
NAME = "departure"
Status = Literal["held", "ending", "over", "rejected"]
OPEN: tuple[Status, ...] = ("held", "ending")


class Departure(State):
    """`status` is held until an operator decides, ending until every end is confirmed, then over; or rejected."""

    status: Status
    people: tuple[str, ...]
    """All accounts in Slack of those who left."""
    at: datetime
    limit: int
    """How many may leave within the window without an operator being asked."""
    recent: int
    """How many had left within the window before."""
    requests: tuple[str, ...] = ()
    """The access that was to be ended."""
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def digest(self) -> str:
        """What a decision is bound to: the people whom its page shows."""
        return people_digest(self.people)


def people_digest(people: tuple[str, ...]) -> str:
    """Give one word for these people, in whatever order they came."""
    return hashlib.sha256("\n".join(sorted(people)).encode()).hexdigest()
