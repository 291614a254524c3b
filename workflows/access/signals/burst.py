"""Many requests within an hour, and far more than this person usually makes."""

from collections import Counter
from datetime import timedelta

from workflows.access.signals.history import Asked, History
from workflows.access.signals.kind import Inputs, Names, SignalKind, counted, number

HOUR = timedelta(hours=1)
LEAST = 5
"""Requests in an hour, this one included."""
TIMES_USUAL = 2


def _observe(history: History, asked: Asked) -> Inputs:
    requests = history.each_once
    last = [one.at for one in requests if asked.at - one.at < HOUR]
    earlier = Counter(int(one.at.timestamp()) // 3_600 for one in requests if one.at not in last)
    return {
        "requests": len(last) + 1,
        "usual": _busy(sorted(earlier.values())),
        "least": LEAST,
        "times": TIMES_USUAL,
    }


def _busy(counts: list[int]) -> int:
    """What nine of ten hours with a request stay within; 0 if there are none."""
    return counts[(len(counts) - 1) * 9 // 10] if counts else 0


def _raised(inputs: Inputs) -> bool:
    requests = number(inputs, "requests")
    usual = number(inputs, "times") * number(inputs, "usual")
    return requests >= number(inputs, "least") and requests > usual


def _explain(inputs: Inputs, names: Names) -> str:
    usual = counted(max(1, number(inputs, "usual")), "request")
    return f"{number(inputs, 'requests')} requests in an hour. Usually it's {usual} at most."


BURST = SignalKind("burst", "many requests", _observe, _raised, _explain)
