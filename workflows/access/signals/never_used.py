"""This person was given the same access before, and never used it."""

from workflows.access.signals.history import Asked, History
from workflows.access.signals.kind import Inputs, Names, SignalKind, number

LOOKED_AT = 5
LEAST = 3


def _observe(history: History, asked: Asked) -> Inputs:
    ended = [one for one in history.requests if one.over and one.entitlement == asked.entitlement][:LOOKED_AT]
    return {"grants": len(ended), "used": sum(one.used for one in ended), "least": LEAST}


def _raised(inputs: Inputs) -> bool:
    return number(inputs, "grants") >= number(inputs, "least") and number(inputs, "used") == 0


def _explain(inputs: Inputs, names: Names) -> str:
    return f"Their last {number(inputs, 'grants')} grants of this access weren't used."


NEVER_USED = SignalKind("never-used", "never used", _observe, _raised, _explain)
