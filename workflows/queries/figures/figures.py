"""Reads what a month's figures are counted from, and keeps the newest for a while.

Nothing private counts, whoever looks: private incidents and the access given in them would be counted with the rest.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from workflows.access.state import KIND as ACCESS
from workflows.access.state import Access
from workflows.incidents.state import KIND as INCIDENT
from workflows.incidents.state import Incident
from workflows.ledger.repository import Repository
from workflows.queries.figures.access import AccessFigures, access_figures
from workflows.queries.figures.incidents import AllIncidents, incident_figures
from workflows.queries.figures.month import Month, month_of
from workflows.queries.figures.releases import ReleaseFigures, release_figures
from workflows.releases.state import KIND as RELEASE
from workflows.releases.state import Release
from workflows.workflow import State

KEPT_SECONDS = 60.0
"""For which figures are shown again without being counted anew."""
KEPT_OLD_SECONDS = 3_600.0
"""The same for months before the last one, in which little changes any more."""
SUBJECTS_PER_READ = 200
MAX_MONTHS_KEPT = 24

S = TypeVar("S", bound=State)


@dataclass(frozen=True)
class Figures:
    """The figures of a month, as of `at`; each counts what was requested, proposed or declared in it."""

    month: Month
    at: datetime
    access: AccessFigures
    releases: ReleaseFigures
    by_service: tuple[ReleaseFigures, ...]
    incidents: AllIncidents

    @property
    def empty(self) -> bool:
        """Whether nothing happened in it that counts."""
        counts = (self.access.decisions.requested, self.access.break_glass.taken, self.releases.proposed)
        return not any((*counts, self.incidents.declared, self.incidents.drills))


class FigureReader:
    """Counts months on request, each once at a time."""

    def __init__(self, reads: Repository, now: Callable[[], datetime]) -> None:
        self._reads = reads
        self._now = now
        self._kept: dict[Month, tuple[float, Figures]] = {}
        self._counting = asyncio.Lock()

    async def of(self, month: Month) -> Figures:
        """The month's figures, at most a minute old, those of months long past an hour."""
        async with self._counting:
            kept = self._kept.get(month)
            if kept and time.monotonic() - kept[0] < self._keeps(month):
                return kept[1]
            figures = await self._count(month)
            self._kept[month] = (time.monotonic(), figures)
            while len(self._kept) > MAX_MONTHS_KEPT:
                del self._kept[min(self._kept, key=lambda one: self._kept[one][0])]
            return figures

    async def back_from(self, month: Month, months: int) -> list[Figures]:
        """The figures of so many months, the named one last."""
        return [await self.of(month.later(n - months + 1)) for n in range(months)]

    def _keeps(self, month: Month) -> float:
        return KEPT_OLD_SECONDS if month < month_of(self._now()).later(-1) else KEPT_SECONDS

    async def _count(self, month: Month) -> Figures:
        at = self._now()
        access = [one async for one in made(self._reads, Access, *month.ids(ACCESS))]
        proposed = [one async for one in made(self._reads, Release, *month.ids(RELEASE))]
        declared = [one async for one in made(self._reads, Incident, *month.ids(INCIDENT))]
        releases, by_service = release_figures(proposed)
        incidents = incident_figures(declared)
        return Figures(month, at, access_figures(access, at), releases, by_service, incidents)


async def made(reads: Repository, kind: type[S], after: str, before: str) -> AsyncIterator[S]:
    """Subjects of a workflow with ids between these two that aren't private, oldest first."""
    while found := await reads.made_between(kind, after, before, SUBJECTS_PER_READ):
        for one in found:
            if one.scope is None:
                yield one
        after = found[-1].id
