"""How incidents went, in numbers. Drills, private and cancelled ones are left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from workflows.incidents.state import OPEN, Incident

WHEN = ("acknowledged_at", "mitigated_at", "resolved_at")


@dataclass(frozen=True)
class Figures:
    """Of one severity; medians from the declaration on, None while there is nothing to take one of."""

    severity: str
    count: int
    open: int
    to_acknowledge: timedelta | None
    to_mitigate: timedelta | None
    to_resolve: timedelta | None


def figures(incidents: Iterable[Incident]) -> list[Figures]:
    """One for each severity that occurred, by name."""
    counted = [one for one in incidents if not (one.drill or one.private or one.status == "cancelled")]
    return [
        _of(severity, [one for one in counted if one.severity == severity])
        for severity in sorted({one.severity for one in counted})
    ]


def _of(severity: str, found: list[Incident]) -> Figures:
    acknowledged, mitigated, resolved = (_median(found, name) for name in WHEN)
    still_open = sum(one.status in OPEN for one in found)
    return Figures(severity, len(found), still_open, acknowledged, mitigated, resolved)


def _median(found: list[Incident], milestone: str) -> timedelta | None:
    took = [getattr(one, milestone) - one.declared_at for one in found if getattr(one, milestone)]
    return timedelta(seconds=median(one.total_seconds() for one in took)) if took else None
