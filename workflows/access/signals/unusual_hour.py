"""A time of day at which this person hardly ever makes a request."""

from datetime import UTC, datetime, timedelta

from workflows.access.signals.history import Asked, History
from workflows.access.signals.kind import Inputs, Names, SignalKind, counted, number

NEAR_MINUTES = 120
DAY_MINUTES = 24 * 60
LEAST = 20
"""Requests before their habits are known."""
RARE_PERCENT = 2


def _observe(history: History, asked: Asked) -> Inputs:
    near = [one for one in history.requests if _apart(one.at, asked.at) <= NEAR_MINUTES]
    return {
        "requests": len(history.requests),
        "near": len(near),
        "minutes": NEAR_MINUTES,
        "least": LEAST,
        "percent": RARE_PERCENT,
    }


def _apart(one: datetime, other: datetime) -> int:
    """Minutes between two times of day, the short way round."""
    minutes = abs(_minute(one) - _minute(other))
    return min(minutes, DAY_MINUTES - minutes)


def _minute(at: datetime) -> int:
    moment = at.astimezone(UTC)
    return moment.hour * 60 + moment.minute


def _raised(inputs: Inputs) -> bool:
    requests = number(inputs, "requests")
    rare = number(inputs, "near") * 100 <= number(inputs, "percent") * requests
    return requests >= number(inputs, "least") and rare


def _explain(inputs: Inputs, names: Names) -> str:
    near = number(inputs, "near")
    were = f"only {near} was" if near == 1 else f"only {near} were" if near else "none was"
    last = counted(number(inputs, "requests"), "request")
    return f"Of their last {last}, {were} made within {number(inputs, 'minutes') // 60} hours of this time of day."


UNUSUAL_HOUR = SignalKind(
    "unusual-hour", "unusual hour", _observe, _raised, _explain, learns=timedelta(days=30)
)
