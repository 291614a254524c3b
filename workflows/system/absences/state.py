"""An absence as its events have made it: who is away until when, and who decides for them meanwhile."""

from datetime import datetime
from typing import Literal, get_args

from workflows.workflow import Part, State

KIND = "away"
NAME = "absence"
Status = Literal["away", "over"]
EVERY: tuple[Status, ...] = get_args(Status)
IN_FORCE: frozenset[str] = frozenset({"away"})
How = Literal["returned", "expired", "left"]
"""How an absence ends: the person came back, its time is over, or they are no longer in the workspace."""
Why = Literal["policy", "delegate-left"]
"""Why a delegation ends before its absence: the policy no longer lets the delegate, or they left the workspace."""


class Earlier(Part):
    """An earlier absence of the same person, in which they asked the same delegate, and when it began."""

    absence: str
    at: datetime


class Absence(State):
    """Someone is away. `delegate` decides for them in `groups`; None if nobody does."""

    status: Status
    owner: str
    at: datetime
    until: datetime
    delegate: str | None = None
    groups: tuple[str, ...] = ()
    asked: str | None = None
    """Whom they asked, also once that delegation has ended."""
    earlier: Earlier | None = None
    """When they had first asked the same delegate, if they had."""
    delegation_ended: Why | None = None
    how: How | None = None
    ended_at: datetime | None = None

    @property
    def seconds(self) -> int:
        """How long it was meant to last."""
        return int((self.until - self.at).total_seconds())

    @property
    def since(self) -> datetime:
        """Since when the delegate is known as one of theirs."""
        return self.earlier.at if self.earlier else self.at

    def holds_at(self, now: datetime) -> bool:
        """Whether they are away at this moment."""
        return self.status == "away" and now < self.until
