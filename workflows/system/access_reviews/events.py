"""What can happen to an access review: the events that its log is made of."""

from datetime import datetime

from workflows.policy.terms.reviews import ReviewTerms
from workflows.system.access_reviews.state import Closing, ItemVerdict
from workflows.workflow import Event


class ReviewOpened(Event):
    """`count` is how many items the events after it list."""

    action = "opened"
    id: str
    by: str
    terms: ReviewTerms
    period: str
    at: datetime
    due_at: datetime
    count: int


class ItemsListed(Event):
    """Who could request the entitlement, and when each of them last used it."""

    action = "items-listed"
    entitlement: str
    resource: str
    people: tuple[str, ...]
    used: tuple[datetime | None, ...]


class ItemsAnswered(Event):
    """A reviewer keeps or removes these items of one entitlement; `people` are who they are about."""

    action = "items-answered"
    texts = frozenset({"reason"})
    entitlement: str
    items: tuple[int, ...]
    people: tuple[str, ...]
    verdict: ItemVerdict
    by: str
    at: datetime
    reason: str = ""
    groups: tuple[str, ...]
    """The groups by which the reviewer may answer them."""


class RemovalReversed(Event):
    """A reviewer keeps items that were removed. What was revoked stays revoked."""

    action = "removal-reversed"
    texts = frozenset({"reason"})
    entitlement: str
    items: tuple[int, ...]
    people: tuple[str, ...]
    by: str
    at: datetime
    reason: str = ""
    groups: tuple[str, ...]


class ReviewersReminded(Event):
    """The `number`th reminder fell due: `people` are reminded, each when they chose to be."""

    action = "reviewers-reminded"
    number: int
    people: tuple[str, ...]


class ReviewEscalated(Event):
    """Members of these groups can answer everything as well."""

    action = "escalated"
    to: tuple[str, ...]
    people: tuple[str, ...]


class ReviewOverdue(Event):
    """Its deadline has passed, and items have no answer."""

    action = "overdue"
    people: tuple[str, ...]


class ReviewersMissing(Event):
    """Nobody is left who can review some items of these entitlements."""

    action = "reviewers-missing"
    entitlements: tuple[str, ...]


class ReviewersFound(Event):
    """Every item has somebody to review it again."""

    action = "reviewers-found"


class ReviewClosed(Event):
    """Together the three are all of its items. What is `unanswered` is proposed for removal."""

    action = "closed"
    how: Closing
    at: datetime
    kept: int
    removed: int
    unanswered: int


ReviewEvent = (
    ReviewOpened
    | ItemsListed
    | ItemsAnswered
    | RemovalReversed
    | ReviewersReminded
    | ReviewEscalated
    | ReviewOverdue
    | ReviewersMissing
    | ReviewersFound
    | ReviewClosed
)
