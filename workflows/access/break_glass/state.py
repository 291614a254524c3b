"""What is known of access that was taken without approval: when its review is due, and what came of it."""

from datetime import datetime
from typing import Literal

from workflows.workflow import Part

REVIEW = "review"
"""What such access awaits, whatever its status, until somebody has reviewed it."""
REVIEWABLE = ("ending", "ended")
"""Statuses in which it can be reviewed; until then it can be revoked."""

BreakGlassVerdict = Literal["justified", "unjustified"]


class BreakGlassReview(Part):
    """Somebody else's verdict on it."""

    reviewer: str
    verdict: BreakGlassVerdict
    reason: str
    at: datetime


class Denial(Part):
    """A request of the same person for the same access that an approver denied."""

    request: str
    by: str
    at: datetime


class BreakGlass(Part):
    """`review_by` is when its review is overdue. `denied`: the same person was denied the same not long before."""

    taken_at: datetime
    review_by: datetime
    denied: Denial | None = None
    reminded: int = 0
    escalated: bool = False
    overdue: bool = False
    short: bool = False
    """Whether nobody is left to review it."""
    incident: str | None = None
    """The incident that it opened or joined, as people call it."""
    review: BreakGlassReview | None = None

    @property
    def verdict(self) -> str:
        """`justified`, `unjustified`, `overdue` or `unreviewed`."""
        if self.review:
            return self.review.verdict
        return "overdue" if self.overdue else "unreviewed"
