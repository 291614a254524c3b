"""What can happen to access that was taken without approval."""

from datetime import datetime

from pydantic import JsonValue

from workflows.access.break_glass.state import BreakGlassVerdict, Denial
from workflows.workflow import Event


class BreakGlassTaken(Event):
    """The requester took it without approval.

    `people` are told, who could have approved it or may review it; `count` says how many they are in all.
    """

    action = "break-glass-taken"
    at: datetime
    review_by: datetime
    people: tuple[str, ...]
    count: int
    denied: Denial | None = None
    unreviewed: tuple[str, ...] = ()
    """What else the requester had taken and nobody had reviewed by then."""


class BreakGlassReviewed(Event):
    action = "break-glass-reviewed"
    texts = frozenset({"reason"})
    reviewer: str
    verdict: BreakGlassVerdict
    reason: str
    at: datetime
    seen: dict[str, JsonValue]


class BreakGlassReviewReminded(Event):
    """The `number`th reminder fell due: `people` are reminded, each when they chose to be."""

    action = "break-glass-review-reminded"
    number: int
    people: tuple[str, ...]


class BreakGlassReviewEscalated(Event):
    """The groups `to` may review it as well."""

    action = "break-glass-review-escalated"
    to: tuple[str, ...]
    people: tuple[str, ...]


class BreakGlassReviewOverdue(Event):
    """Nobody has reviewed it in time."""

    action = "break-glass-review-overdue"
    people: tuple[str, ...]


class BreakGlassReviewersMissing(Event):
    """Nobody is left who may review it."""

    action = "break-glass-reviewers-missing"


class BreakGlassReviewersFound(Event):
    """Somebody may review it again."""

    action = "break-glass-reviewers-found"


class BreakGlassIncidentLinked(Event):
    """It opened an incident, or `joined` one."""

    action = "break-glass-incident-linked"
    incident: str
    number: str
    joined: bool


BreakGlassEvent = (
    BreakGlassTaken
    | BreakGlassReviewed
    | BreakGlassReviewReminded
    | BreakGlassReviewEscalated
    | BreakGlassReviewOverdue
    | BreakGlassReviewersMissing
    | BreakGlassReviewersFound
    | BreakGlassIncidentLinked
)
