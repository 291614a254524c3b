"""A request of this person for the same resource was denied a short while ago, and nobody has approved it since."""

from datetime import timedelta

from workflows.access.signals.history import Asked, History, PastRequest
from workflows.access.signals.kind import Inputs, Names, SignalKind, counted, number

WITHIN = timedelta(days=7)


def _observe(history: History, asked: Asked) -> Inputs:
    denied = [
        one
        for one in history.requests
        if one.denied_at and one.resource == asked.resource and asked.at - one.denied_at < WITHIN
    ]
    standing = [one for one in denied if not _granted_since(history, one)]
    return {"denied": len(standing), "days": WITHIN.days}


def _granted_since(history: History, denied: PastRequest) -> bool:
    """Whether somebody found the same access right after all."""
    return any(
        one.granted and one.entitlement == denied.entitlement and one.at > denied.at
        for one in history.requests
    )


def _raised(inputs: Inputs) -> bool:
    return number(inputs, "denied") > 0


def _explain(inputs: Inputs, names: Names) -> str:
    denied, days = number(inputs, "denied"), number(inputs, "days")
    were = "was" if denied == 1 else "were"
    return f"{counted(denied, 'earlier request')} for this resource {were} denied in the last {days} days."


DENIED_RECENTLY = SignalKind("denied-recently", "denied recently", _observe, _raised, _explain)
