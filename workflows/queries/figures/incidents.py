"""Figures of incidents: how many of each severity, and how long each took. Drills are counted apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from workflows.incidents.state import Incident
from workflows.queries.figures.spread import Spread, spread_of


@dataclass(frozen=True)
class IncidentFigures:
    """The incidents of one severity, by when they were declared; the spreads count from there."""

    severity: str
    declared: int
    open: int
    acknowledged: Spread
    mitigated: Spread
    resolved: Spread


@dataclass(frozen=True)
class AllIncidents:
    """The incidents of a period by severity, the drills, and what their follow-ups came to."""

    by_severity: tuple[IncidentFigures, ...]
    drills: int
    follow_ups: int
    follow_ups_done: int

    @property
    def declared(self) -> int:
        return sum(one.declared for one in self.by_severity)


def incident_figures(incidents: Iterable[Incident]) -> AllIncidents:
    """Count these incidents; those that were cancelled or merged into others don't count."""
    every = [one for one in incidents if one.status != "cancelled"]
    real = sorted((one for one in every if not one.drill), key=_severity)
    follow_ups = [task for one in real for task in one.follow_ups]
    return AllIncidents(
        tuple(_figures(name, list(some)) for name, some in groupby(real, _severity)),
        len(every) - len(real),
        len(follow_ups),
        sum(task.done for task in follow_ups),
    )


def _severity(incident: Incident) -> str:
    return incident.severity


def _figures(severity: str, incidents: list[Incident]) -> IncidentFigures:
    def took(moment: str) -> Spread:
        return spread_of(
            (at - one.declared_at).total_seconds() for one in incidents if (at := getattr(one, moment))
        )

    return IncidentFigures(
        severity,
        len(incidents),
        sum(one.status in ("open", "mitigated") for one in incidents),
        took("acknowledged_at"),
        took("mitigated_at"),
        took("resolved_at"),
    )
