"""An access review as its events have made it: who could request what when it opened, and what reviewers said to each."""

from datetime import datetime
from typing import Literal, get_args

from workflows.policy.terms.reviews import ReviewTerms
from workflows.workflow import Part, State

KIND = "review"
NAME = "access-review"
OPEN = ("open",)
Status = Literal["open", "closed"]
EVERY: tuple[Status, ...] = get_args(Status)
ItemVerdict = Literal["keep", "remove"]
Closing = Literal["answered", "deadline"]


class ReviewItem(Part):
    """One person, or machine, who can request one entitlement."""

    person: str
    entitlement: str
    used_at: datetime | None = None
    """When they last got a credential of it, before the review opened; None if never, as far as was looked."""
    verdict: ItemVerdict | None = None
    by: str | None = None
    at: datetime | None = None
    reason: str = ""


class AccessReview(State):
    """A campaign. Its items are numbered from 1, in the order in which they were listed, and never change."""

    status: Status
    terms: ReviewTerms
    period: str
    opened_at: datetime
    due_at: datetime
    count: int
    """How many items it has, as its opening said."""
    items: tuple[ReviewItem, ...] = ()
    reminded: int = 0
    escalated: bool = False
    overdue: bool = False
    unreviewable: tuple[str, ...] = ()
    """Entitlements of which nobody is left to review an item."""
    closed_at: datetime | None = None

    def item(self, number: int) -> ReviewItem | None:
        """The item of this number; None if there is none."""
        return self.items[number - 1] if 1 <= number <= len(self.items) else None

    def numbers(self, verdict: ItemVerdict | None) -> tuple[int, ...]:
        """Of the items with this verdict, or those without any."""
        return tuple(n for n, one in enumerate(self.items, 1) if one.verdict == verdict)

    def tally(self, verdict: ItemVerdict | None) -> int:
        """How many items have this verdict, or none."""
        return sum(one.verdict == verdict for one in self.items)
