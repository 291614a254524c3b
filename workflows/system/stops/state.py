"""An emergency stop as its events have made it: what it is for, what it ends, and until when it refuses more."""

from datetime import datetime
from typing import Literal

from workflows.system.stops.aim import Aim
from workflows.workflow import Part, State

KIND = "stop"
NAME = "stop"
Status = Literal["stopping", "in force", "over"]
IN_FORCE: frozenset[str] = frozenset({"stopping", "in force"})
Outcome = Literal["stopping", "ended", "closed"]


class Ending(Part):
    """One request that a stop ends. `closed`: it had not begun; `ended`: its end is confirmed."""

    request: str
    outcome: Outcome = "stopping"
    at: datetime | None = None
    confirmed_by: tuple[str, ...] = ()
    works_until: datetime | None = None
    """Until when a credential of it works that nothing can take back."""
    trouble: str | None = None
    """Why it can't be ended yet."""


class Stop(State):
    """Everything of a person, or of a resource or entitlement, is ended.

    `status` is stopping until every end is confirmed, then in force until it is lifted or its time is over.
    """

    status: Status
    owner: str
    """Who pressed the button."""
    aim: Aim
    reason: str
    at: datetime
    until: datetime
    """When it stops refusing by itself."""
    endings: tuple[Ending, ...] = ()
    sessions: int = 0
    """How many sessions were ended."""
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    confirmed_at: datetime | None = None

    @property
    def refuses(self) -> bool:
        """Whether nothing is given that it is for."""
        return self.lifted_at is None

    def ending(self, request: str) -> Ending | None:
        return next((one for one in self.endings if one.request == request), None)

    def count(self, outcome: Outcome) -> int:
        return sum(one.outcome == outcome for one in self.endings)

    @property
    def left_to_expire(self) -> tuple[Ending, ...]:
        """What can't be revoked early, and has not expired yet."""
        return tuple(one for one in self.endings if one.outcome == "stopping" and one.works_until)

    @property
    def troubled(self) -> tuple[Ending, ...]:
        """What can't be ended yet, and is tried again."""
        return tuple(one for one in self.endings if one.outcome == "stopping" and one.trouble)
