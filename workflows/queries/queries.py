"""Answers what the console and the API ask, each time for one reader. Nothing here writes.

Whatever a reader may not see doesn't exist for them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from workflows.access.state import KIND as ACCESS
from workflows.access.state import STANDING, UPCOMING, Access
from workflows.access.views import held_over
from workflows.approval.approvers import waits_for
from workflows.database.store import Store
from workflows.incidents.state import OPEN as OPEN_INCIDENTS
from workflows.incidents.state import Incident
from workflows.ledger.repository import Logged, Repository
from workflows.narrative import LoggedEvent, Passage, tell
from workflows.queries.search import Place, search, subjects_found
from workflows.queries.search_index import behind, by_holding
from workflows.queries.search_request import SearchRequest, query_of
from workflows.queries.upcoming import is_about, upcoming
from workflows.queries.visibility import Viewer, Visibility, sight_of
from workflows.releases.state import OPEN as OPEN_RELEASES
from workflows.releases.state import Release
from workflows.workflow import REFUSED, State, Workflow, World, kind_of

MAX_EVENTS_BEHIND = 5_000
LATE_FROM = 100
"""Events that the index is behind by when searches say so; while all is well it is a second or two."""
AT_LEAST = 100
"""Subjects that are looked at together for a list, however short it is to be."""

S = TypeVar("S", bound=State)


@dataclass(frozen=True)
class Story:
    """A subject with what happened to it, oldest first; `next` is the place to go on from, None at the end."""

    subject: str
    state: State | None
    passages: tuple[Passage, ...]
    next: tuple[int, int] | None


@dataclass(frozen=True)
class Results:
    """A page of a search, newest first; `next` is where to go on. `about`: the subjects of the events, by id.

    It is `late` if many events are too new to be found. How many isn't said: what is private would be counted with them.
    """

    passages: tuple[Passage, ...]
    next: Place | None
    about: Mapping[str, State]
    late: bool


@dataclass(frozen=True)
class Holder:
    """Access that was held at the time asked for. `until` is its confirmed end, None while there is none."""

    access: Access
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class HeldAccess:
    """Who had access to something at a time, by begin. It is `whole` unless the index is far behind.

    `scheduled` is what is granted and hasn't begun, and isn't over by then: nobody has it yet.
    """

    holders: tuple[Holder, ...]
    whole: bool
    scheduled: tuple[Access, ...] = ()


@dataclass(frozen=True)
class Live:
    """What is going on now, oldest first. `overdue` and `waiting`, for whoever asks, are ids."""

    grants: list[Access]
    pending: list[Access]
    scheduled: list[Access]
    releases: list[Release]
    incidents: list[Incident]
    overdue: frozenset[str]
    waiting: frozenset[str]


@dataclass(frozen=True)
class _Found:
    """A page: its events, by index; `told` are those that they may read, newest first, and `about` their subjects."""

    logged: Mapping[int, Logged]
    told: Mapping[int, LoggedEvent]
    about: Mapping[str, State]
    next: Place | None


class Queries:
    """Questions asked by somebody, answered from the store."""

    def __init__(
        self,
        reads: Repository,
        store: Store,
        world: Callable[[], World],
        workflows: Mapping[str, Workflow],
        most_behind: int = MAX_EVENTS_BEHIND,
    ) -> None:
        """So many events the index may be behind while what was held is still told whole: `most_behind`."""
        self.most_behind = most_behind
        self._reads = reads
        self._store = store
        self._world = world
        self._workflows = workflows
        self._states = {kind: one.state for kind, one in workflows.items()}
        self._seeing = Visibility(reads, world, workflows)

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action by which events can be searched for."""
        return tuple(
            sorted(
                f"{workflow.name}.{name}"
                for workflow in self._workflows.values()
                for name in (*workflow.sentences, REFUSED)
            )
        )

    def reader(self, id: str) -> Viewer:
        return self._seeing.reader(id)

    async def find(self, by: Viewer, kind: type[S], subject: str) -> S | None:
        """The subject's state; None if there is none, or they may not see it."""
        if self._states.get(kind_of(subject)) is not kind:
            return None
        found = await self._reads.find(kind, subject)
        return found if found is not None and await self._seeing.sees(by, found) else None

    async def story(self, by: Viewer, subject: str, after: tuple[int, int], limit: int) -> Story | None:
        """A page of what happened to it; None if there is nothing, or they may not see it."""
        state = (await self._reads.find_all(self._states, [subject])).get(subject)
        told = await self._reads.story(subject, after, limit + 1)
        shown = told[:limit]
        passages = tuple([self._told(one) for one in shown if await self._seeing.sees_event(by, one, state)])
        following = shown[-1].place if len(told) > limit else None
        return Story(subject, state, passages, following) if passages else None

    async def sees_story(self, by: Viewer, subject: str) -> bool:
        """Say whether they may read all that happened to it; not so if nothing did."""
        state = (await self._reads.find_all(self._states, [subject])).get(subject)
        return await self._seeing.sees_story(by, subject, state)

    async def search(self, by: Viewer, wanted: SearchRequest, before: Place | None, limit: int) -> Results:
        """Events, newest first. Who doesn't see everything finds what concerned them when it happened."""
        found = await self._page(by, wanted, before, limit)
        passages = tuple(self._told(one) for one in found.told.values())
        late = await behind(self._store, ACCESS, LATE_FROM)
        return Results(passages, found.next, found.about, late.events >= LATE_FROM)

    async def found(self, by: Viewer, wanted: SearchRequest, most: int) -> tuple[list[Logged], bool]:
        """What a search finds, in the order of the log: the newest `most`, and whether there are more."""
        every: dict[int, Logged] = {}
        before: Place | None = None
        while len(every) < most:
            found = await self._page(by, wanted, before, min(500, most - len(every)))
            every |= {index: found.logged[index] for index in found.told}
            before = found.next
            if before is None:
                break
        return [every[index] for index in sorted(every)], before is not None

    async def _page(self, by: Viewer, wanted: SearchRequest, before: Place | None, limit: int) -> _Found:
        directory = self._world().directory
        query = query_of(wanted, directory, [one.name for one in self._workflows.values()])
        page = await search(self._store, query, sight_of(by, directory), before, limit)
        logged = await self._reads.logged(page.indexes)
        told = {index: logged[index].told for index in page.indexes}
        about = await self._reads.find_all(self._states, {one.subject for one in told.values()})
        seen = {id: state for id, state in about.items() if await self._seeing.sees(by, state)}
        readable = {
            index: one
            for index, one in told.items()
            if one.subject in seen
            or (one.subject not in about and await self._seeing.sees_event(by, one, None))
        }
        return _Found(logged, readable, seen, page.next)

    async def listed(
        self,
        by: Viewer,
        kind: type[S],
        statuses: tuple[str, ...],
        before: str | None,
        limit: int,
        mine: bool = False,
        owned: bool = True,
    ) -> tuple[list[S], str | None]:
        """Subjects that they may see, or only their own; newest first, and the id of the last one if there are more.

        Who doesn't see everything finds what they own. Unless it has to be `owned`, they find what else concerns them,
        for which all of it is read: only where there is little.
        """
        owner = by.id if mine or (owned and not by.sees_all) else None
        prefix = self._prefix_of(kind)
        found: list[S] = []
        while True:
            some = await self._reads.page(kind, prefix, statuses, before, max(limit, AT_LEAST), owner)
            found += [one for one in some if await self._seeing.sees(by, one)]
            if len(found) > limit:
                return found[:limit], found[limit - 1].id
            if len(some) < max(limit, AT_LEAST):
                return found, None
            before = some[-1].id

    async def live(self, by: Viewer, now: datetime) -> Live:
        """What they may see of all that goes on now."""
        pending = await self._going(by, Access, ("proposed", "pending"))
        grants = await self._going(by, Access, STANDING)
        scheduled = await self._going(by, Access, UPCOMING)
        releases = await self._going(by, Release, (*OPEN_RELEASES, "rolling back"))
        incidents = await self._going(by, Incident, OPEN_INCIDENTS)
        directory = self._world().directory
        late = [
            one.id
            for one in (*pending, *scheduled, *grants, *releases, *incidents)
            if self._workflows[kind_of(one.id)].overdue(one, directory, now)
        ]
        theirs = [one.id for one in pending if waits_for(one, directory, by.id)]
        theirs += [one.id for one in releases if waits_for(one, directory, by.id)]
        return Live(grants, pending, scheduled, releases, incidents, frozenset(late), frozenset(theirs))

    async def _going(self, by: Viewer, kind: type[S], statuses: tuple[str, ...]) -> list[S]:
        found = await self._reads.in_status(kind, self._prefix_of(kind), statuses)
        return [one for one in found if await self._seeing.sees(by, one)]

    async def held(
        self, by: Viewer, resource: str, at: datetime, until: datetime | None = None
    ) -> HeldAccess:
        """Who had access to the resource, or by the entitlement, at that moment, or at any time from it to `until`.

        What has ended is found by the index; what the index has not come to is looked at one by one. It is
        read first and last what is still held, so that what ends meanwhile is in one of them.
        """
        going = await self._reads.in_status(Access, ACCESS, STANDING)
        late = await behind(self._store, ACCESS, self.most_behind)
        ended = await subjects_found(
            self._store, (by_holding(resource, day) for day in _days(at, until or at))
        )
        known = await self._reads.find_all(
            {ACCESS: Access}, {*ended, *late.subjects, *(one.id for one in going)}
        )
        about = [one for one in known.values() if isinstance(one, Access) and is_about(one, resource)]
        holders = [Holder(one, *span) for one in about if (span := held_over(one))]
        there = [
            one for one in holders if one.since <= (until or at) and (one.until is None or at < one.until)
        ]
        seen = [one for one in there if await self._seeing.sees(by, one.access)]
        return HeldAccess(
            tuple(sorted(seen, key=lambda one: (one.since, one.access.id))),
            late.events < self.most_behind,
            upcoming(await self._going(by, Access, UPCOMING), resource, at, until),
        )

    async def logged(self, by: Viewer, index: int) -> Logged | None:
        """The event at this place of the log, if they may see it."""
        found = (await self._reads.logged([index])).get(index)
        if found is None:
            return None
        told = found.told
        state = (await self._reads.find_all(self._states, [told.subject])).get(told.subject)
        return found if await self._seeing.sees_event(by, told, state) else None

    async def state_of(self, event: Logged) -> State | None:
        """The state of the event's subject; None if it is one that keeps none."""
        subject = event.told.subject
        return (await self._reads.find_all(self._states, [subject])).get(subject)

    def told(self, event: Logged) -> Passage:
        return self._told(event.told)

    def _prefix_of(self, kind: type[State]) -> str:
        return next(name for name, state in self._states.items() if state is kind)

    def _told(self, told: LoggedEvent) -> Passage:
        return tell(told, self._workflows[kind_of(told.subject)].sentences, self._world().directory)


def _days(first: datetime, last: datetime) -> Iterator[date]:
    """The days (UTC) that a span touches."""
    begin, end = first.astimezone(UTC).date(), last.astimezone(UTC).date()
    return (begin + timedelta(days=n) for n in range((end - begin).days + 1))
