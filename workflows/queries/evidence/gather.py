"""Reads from the store what an evidence pack is made of. Nothing here writes, and nothing private is read."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.access.break_glass.state import REVIEW
from workflows.access.state import KIND as ACCESS
from workflows.access.state import STANDING, Access
from workflows.access.views import CONFIRMED_WITHIN
from workflows.audit.log import Log, Signed
from workflows.database.store import Store
from workflows.incidents.state import KIND as INCIDENT
from workflows.incidents.state import Incident
from workflows.ledger.repository import Logged, Repository
from workflows.narrative import LoggedEvent, tell
from workflows.ports import Retryable
from workflows.queries.evidence.checks import ACTIONS
from workflows.queries.evidence.history import History
from workflows.queries.evidence.period import Period, PeriodError
from workflows.queries.figures.access import AccessFigures, access_figures
from workflows.queries.figures.figures import made
from workflows.queries.figures.incidents import AllIncidents, incident_figures
from workflows.queries.figures.releases import ReleaseFigures, release_figures
from workflows.queries.search import Place, Query, Sight, search
from workflows.queries.search_index import by_action, indexed_to
from workflows.releases.state import KIND as RELEASE
from workflows.releases.state import Release
from workflows.system.access_reviews.removals import KIND as REMOVALS
from workflows.system.access_reviews.removals import Removals
from workflows.system.access_reviews.state import KIND as REVIEWS
from workflows.system.access_reviews.state import AccessReview
from workflows.system.alarms import KIND as ALARMS
from workflows.system.alarms import Alarm
from workflows.system.departures.state import KIND as DEPARTURES
from workflows.system.departures.state import OPEN, Departure
from workflows.system.stops.state import KIND as STOPS
from workflows.system.stops.state import Stop
from workflows.workflow import State, Workflow, World, kind_of

EVENTS_PER_READ = 500
MAX_EVENTS = 200_000
"""Of a period that checks look at: what a process can hold."""
INDEX_PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.2
"""Between two looks at how far the index is."""
_EVERYTHING_OPEN = Sight(frozenset(), all=True)
"""What nobody in particular sees: all that isn't private."""


@dataclass(frozen=True)
class Gathered:
    """A period's history, the checkpoint that seeds its samples, and the newest one, which every proof leads to.

    The figures count what was requested, proposed or declared in the period, as the console's figures of a month do.
    """

    history: History
    access: AccessFigures
    releases: ReleaseFigures
    incidents: AllIncidents
    seed: Signed
    last: Signed


class Gatherer:
    """Reads a period. `most` is how many events it may have; `patience` for how many seconds the index is waited for."""

    def __init__(
        self,
        store: Store,
        world: Callable[[], World],
        workflows: Mapping[str, Workflow],
        now: Callable[[], datetime],
        most: int = MAX_EVENTS,
        patience: float = INDEX_PATIENCE_SECONDS,
    ) -> None:
        self._store = store
        self._reads = Repository(store)
        self._log = Log(store)
        self._world = world
        self._workflows = workflows
        self._states = {kind: one.state for kind, one in workflows.items()}
        self._now = now
        self._most = most
        self._patience = patience

    async def _until_indexed(self, size: int) -> None:
        """Wait for the index, which follows each checkpoint at once. Raises Retryable if it takes too long."""
        give_up = time.monotonic() + self._patience
        while await indexed_to(self._store) < size:
            if time.monotonic() > give_up:
                raise Retryable("The newest events aren't indexed yet. Try again in a minute.")
            await asyncio.sleep(LOOK_SECONDS)

    async def gather(self, period: Period) -> Gathered:
        """Read it as it stands now.

        Raises PeriodError if it has too many events, Retryable if the log isn't signed or indexed that far yet.
        """
        last = await self._log.last()
        if last is None or last.size == 0:
            raise Retryable(
                "The log has no checkpoint yet, so there is nothing signed to show. Try again in a minute."
            )
        await self._until_indexed(last.size)
        at = self._now()
        states, events = await self._known(await self._events(period, last.size), last.size)
        signed = await self._log.made_between(period.starts, period.ends)
        world = self._world()
        goal = world.bundle.goals.confirmed_within
        history = History(
            period=period,
            at=at,
            events=tuple(events),
            states=states,
            checkpoints=tuple(signed),
            signed_before=await self._log.made_before(period.starts),
            late_after=timedelta(seconds=goal) if goal else CONFIRMED_WITHIN,
            directory=world.directory,
            sentence=self._sentence,
        )
        seed = await self._log.first_since(period.ends) or last
        return Gathered(
            history, *await self._figures(period, at), seed if seed.size <= last.size else last, last
        )

    async def _figures(
        self, period: Period, at: datetime
    ) -> tuple[AccessFigures, ReleaseFigures, AllIncidents]:
        reads = self._reads
        access = [one async for one in made(reads, Access, *period.ids(ACCESS))]
        releases, _ = release_figures([one async for one in made(reads, Release, *period.ids(RELEASE))])
        incidents = incident_figures([one async for one in made(reads, Incident, *period.ids(INCIDENT))])
        return await asyncio.to_thread(access_figures, access, at), releases, incidents

    async def stories(self, subjects: frozenset[str], size: int) -> list[Logged]:
        """Every event of these subjects that the tree of `size` events has, in the order of the log."""
        places = [
            one.index
            for subject in sorted(subjects)
            for one in await self._reads.story(subject)
            if one.index is not None and one.index < size
        ]
        return await self.logged(places)

    async def logged(self, places: list[int]) -> list[Logged]:
        """The events at these places, in the order of the log."""
        found: dict[int, Logged] = {}
        ordered = sorted(set(places))
        for first in range(0, len(ordered), EVENTS_PER_READ):
            found |= await self._reads.logged(ordered[first : first + EVENTS_PER_READ])
        return [found[index] for index in sorted(found)]

    async def _events(self, period: Period, size: int) -> list[LoggedEvent]:
        actions = frozenset(map(by_action, ACTIONS))
        query = Query(all_of=(actions,), since=period.starts, until=period.ends)
        indexes: list[int] = []
        before: Place | None = None
        while True:
            page = await search(self._store, query, _EVERYTHING_OPEN, before, EVENTS_PER_READ)
            indexes += [one for one in page.indexes if one < size]
            if len(indexes) > self._most:
                raise PeriodError(
                    f"The period has more than {self._most:,} events to look at. Choose a shorter one."
                )
            if page.next is None:
                break
            before = page.next
        found = await self.logged(indexes)
        return await asyncio.to_thread(lambda: [one.told for one in found])

    async def _known(
        self, events: list[LoggedEvent], size: int
    ) -> tuple[dict[str, State], list[LoggedEvent]]:
        """The subjects of the events, with what was open before and may be overdue; and the events that aren't private."""
        reads = self._reads
        found = await reads.find_all(self._states, {one.subject for one in events})
        still_open: list[State] = [
            *await reads.in_status(Access, ACCESS, STANDING),
            *await reads.awaiting(Access, ACCESS, REVIEW),
            *await reads.in_status(AccessReview, REVIEWS, ("open",)),
            *await reads.in_status(Removals, REMOVALS, ("in force",)),
            *await reads.in_status(Alarm, ALARMS, ("raised",)),
            *await reads.in_status(Departure, DEPARTURES, OPEN),
            *await reads.in_status(Stop, STOPS, ("stopping",)),
        ]
        found |= {one.id: one for one in still_open if one.id in found or await self._is_signed(one.id, size)}
        private = {id for id, one in found.items() if one.scope is not None}
        return (
            {id: one for id, one in found.items() if id not in private},
            [one for one in events if one.subject not in private],
        )

    async def _is_signed(self, subject: str, size: int) -> bool:
        """Whether the tree of `size` events has its first event."""
        first = await self._reads.story(subject, limit=1)
        return bool(first) and first[0].index is not None and first[0].index < size

    def _sentence(self, event: LoggedEvent) -> str:
        sentences = self._workflows[kind_of(event.subject)].sentences
        return tell(event, sentences, self._world().directory).sentence
