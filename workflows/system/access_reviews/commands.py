"""What can be asked of an access review: by reviewers, by operators, and by Daypass itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflows.system.access_reviews.state import ItemVerdict
from workflows.workflow import Command, TimePassed

Usage = Mapping[tuple[str, str], datetime]
"""When each person last got a credential of each entitlement."""


@dataclass(frozen=True)
class OpenReview(Command):
    """Open the review of this name. `used` is what is known of the use of what it is about."""

    name: str
    used: Usage = field(default_factory=dict)


@dataclass(frozen=True)
class AnswerItems(Command):
    """Keep or remove these items, by their numbers."""

    items: tuple[int, ...]
    verdict: ItemVerdict
    reason: str = ""


@dataclass(frozen=True)
class KeepUsed(Command):
    """Keep all unanswered items that the reviewer can answer and that were used recently, by the review's terms."""


@dataclass(frozen=True)
class CheckReviewers(Command):
    """People have left or changed: see whether every item still has somebody to review it."""


ReviewCommand = OpenReview | AnswerItems | KeepUsed | CheckReviewers | TimePassed
