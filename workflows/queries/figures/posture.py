"""Where the company stands: a few measures of each month beside the goals that its policy sets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from workflows.policy.schema.goals import Goals
from workflows.queries.figures.figures import Figures

Unit = Literal["seconds", "percent"]


@dataclass(frozen=True)
class Measure:
    """Something that is measured each month: the lower the better, unless `higher`."""

    name: str
    title: str
    means: str
    unit: Unit
    of: Callable[[Figures], float | None]
    higher: bool = False

    def meets(self, value: float, goal: float) -> bool:
        return value >= goal if self.higher else value <= goal


@dataclass(frozen=True)
class Standing:
    """A measure by month, oldest first; None: nothing to measure in that month. `baseline` is of the first month that had."""

    measure: Measure
    values: tuple[float | None, ...]
    goal: float | None

    @property
    def now(self) -> float | None:
        return self.values[-1] if self.values else None

    @property
    def baseline(self) -> float | None:
        return next((one for one in self.values if one is not None), None)

    @property
    def met(self) -> bool | None:
        """Whether the newest month meets the goal; None: there is no goal, or nothing to measure."""
        if self.goal is None or self.now is None:
            return None
        return self.measure.meets(self.now, self.goal)


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _decided(figures: Figures) -> float | None:
    spread = figures.access.decisions.decided
    return spread.middle if spread.count else None


def _confirmed(figures: Figures) -> float | None:
    spread = figures.access.confirmed
    return spread.slow if spread.count else None


def _unused(figures: Figures) -> float | None:
    return _share(figures.access.holding.unused, figures.access.holding.over)


def _reviewed(figures: Figures) -> float | None:
    taken = figures.access.break_glass
    return _share(taken.taken - taken.overdue - taken.waiting, taken.taken)


def _undone(figures: Figures) -> float | None:
    return _share(figures.releases.rolled_back, figures.releases.live)


def _acknowledged(figures: Figures) -> float | None:
    slow = [one.acknowledged.middle for one in figures.incidents.by_severity if one.acknowledged.count]
    return max(slow, default=None)


MEASURES = (
    Measure(
        "decided_within",
        "Time to decide",
        "Half of the requests that someone decided took at most this long.",
        "seconds",
        _decided,
    ),
    Measure(
        "confirmed_within",
        "End confirmed",
        "95 of 100 grants that ran their time were confirmed gone within this time after their end.",
        "seconds",
        _confirmed,
    ),
    Measure(
        "unused_at_most",
        "Access never used",
        "The share of grants under which nobody took a credential.",
        "percent",
        _unused,
    ),
    Measure(
        "break_glass_reviewed",
        "Break-glass reviewed",
        "The share of break-glass access that has its review.",
        "percent",
        _reviewed,
        higher=True,
    ),
    Measure(
        "rolled_back_at_most",
        "Releases rolled back",
        "The share of releases that went live and were rolled back.",
        "percent",
        _undone,
    ),
    Measure(
        "acknowledged_within",
        "Incidents acknowledged",
        "Half of the incidents of each severity were acknowledged within this time; the slowest severity counts.",
        "seconds",
        _acknowledged,
    ),
)


def posture(months: Sequence[Figures], goals: Goals) -> tuple[Standing, ...]:
    """Each measure over these months, oldest first, with its goal if the policy sets one."""
    return tuple(
        Standing(one, tuple(one.of(each) for each in months), getattr(goals, one.name)) for one in MEASURES
    )
