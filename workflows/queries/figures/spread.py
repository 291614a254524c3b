"""How long things took: the middle, and the slow end."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spread:
    """Seconds: half took at most `middle`, 95 of 100 at most `slow`, none more than `slowest`. All 0 if `count` is."""

    count: int = 0
    total: float = 0.0
    middle: float = 0.0
    slow: float = 0.0
    slowest: float = 0.0


def spread_of(seconds: Iterable[float]) -> Spread:
    """The spread of durations. `slow` is one of them: the nearest rank (NIST handbook 7.2.6.2)."""
    every = sorted(max(0.0, one) for one in seconds)
    if not every:
        return Spread()
    rank = max(1, math.ceil(0.95 * len(every)))
    return Spread(len(every), sum(every), median(every), every[rank - 1], every[-1])
