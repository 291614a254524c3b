"""A figure: two sides measured in one run, and how one stands to the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

NO_LIMIT = float("inf")
"""For a figure that is told and promises nothing."""


@dataclass(frozen=True)
class Figure:
    """`ratio` is Daypass's time over the bare calls' time; `ours` and `bare` are those times, spelled."""

    name: str
    ratio: float
    limit: float
    ours: str
    bare: str

    @property
    def holds(self) -> bool:
        return self.ratio <= self.limit

    @property
    def spelled_limit(self) -> float | None:
        return None if self.limit == NO_LIMIT else self.limit

    @property
    def record(self) -> dict[str, object]:
        return {
            "name": self.name,
            "ratio": round(self.ratio, 3),
            "limit": self.spelled_limit,
            "holds": self.holds,
        }


def of_medians(name: str, ours: Sequence[float], bare: Sequence[float], limit: float) -> Figure:
    """The ratio of the medians; times in seconds."""
    own, other = median(ours), median(bare)
    return Figure(name, own / other, limit, f"{own * 1000:.1f} ms", f"{other * 1000:.1f} ms")
