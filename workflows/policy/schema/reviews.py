"""The YAML of `reviews.yaml` as models: which access is reviewed how often, by whom, until when."""

import re
from datetime import time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from workflows.policy.fields import Line, Name, Names, Seconds, wrong
from workflows.policy.schema.block import Block, Escalation
from workflows.policy.schema.on_call import Zone

Every = Literal["month", "quarter", "half-year", "year"]
Unanswered = Literal["escalate", "propose-removal"]
DAY_SECONDS = 86_400


def _time_of_day(typed: object) -> time:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", typed if isinstance(typed, str) else "")
    if not found:
        raise wrong(f"{typed!r} isn't a time of day", 'write it in quotes, like "09:00"')
    return time(int(found[1]), int(found[2]))


TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
"""Such as `09:00`, without a zone."""


class ReviewBlock(Block):
    """One review. It opens on a `day` of the first month of its period, at a time in `zone`; without `every`, an
    operator opens it."""

    title: Line
    entitlements: Names | tuple[()] = ()
    """Ids of entitlements and resources; everything that can be requested unless said."""
    every: Every | None = None
    day: Annotated[int, Field(ge=1, le=28)] = 1
    at: TimeOfDay = time(9)
    zone: Zone = "UTC"
    reviewers: Names | tuple[()] = ()
    """Groups; the approvers of each entitlement unless said."""
    within: Seconds = 14 * DAY_SECONDS
    escalate: Escalation | None = None
    if_unanswered: Unanswered = "escalate"
    """What is left at the deadline stays open and overdue, or is closed as a proposed removal."""
    keep_used_within: Seconds = 30 * DAY_SECONDS
    """What was used so recently can be kept with one button."""


class ReviewsFile(Block):
    """`reviews.yaml`."""

    reviews: Annotated[dict[Name, ReviewBlock], Field(min_length=1, max_length=50)]
