"""Who may read what: the one way through which console and API read. Nothing here writes.

Auditors and operators see everything but private incidents; others see what is any business of theirs. A
private incident, and the access given in it, is seen by its members alone, whoever asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from workflows import access, alarms, door, incidents, releases, sessions
from workflows.access.model import Access
from workflows.access.telling import SENTENCES as ACCESS
from workflows.access.views import concerns as concerns_access
from workflows.access.views import held_over, waits_for
from workflows.audit.finding import PRIVATE, by_action, by_holding, by_person, by_resource
from workflows.incidents.model import Incident
from workflows.incidents.telling import SENTENCES as INCIDENTS
from workflows.incidents.views import concerns as concerns_incident
from workflows.policy import adoption
from workflows.policy.bundle import Bundle
from workflows.ports import Directory
from workflows.reads import Logged, Reads
from workflows.releases.model import Release
from workflows.releases.telling import SENTENCES as RELEASES
from workflows.releases.views import concerns as concerns_release
from workflows.releases.views import waits_for as release_waits_for
from workflows.search import Page, Place, Query, search, terms_in
from workflows.store import Store
from workflows.telling import REFUSED, Passage, Sentences, tell
from workflows.workflow import State, World, kind_of

Role = Literal["auditor", "operator", "member", "machine"]

_SENTENCES: Mapping[str, Sentences] = {
    access.WORKFLOW.kind: ACCESS,
    releases.WORKFLOW.kind: RELEASES,
    incidents.WORKFLOW.kind: INCIDENTS,
    alarms.KIND: alarms.SENTENCES,
    adoption.KIND: adoption.SENTENCES,
    sessions.KIND: sessions.SENTENCES,
    door.KIND: {},
}
KINDS: Mapping[str, type[State]] = {
    access.WORKFLOW.kind: Access,
    releases.WORKFLOW.kind: Release,
    incidents.WORKFLOW.kind: Incident,
}
"""The workflows whose subjects people look up."""
ACTIONS = tuple(
    sorted(f"{kind}.{name}" for kind, sentences in _SENTENCES.items() for name in (*sentences, REFUSED))
)
"""Every action that an event of the log can have."""


@dataclass(frozen=True)
class Reader:
    """Somebody who reads, as of now."""

    id: str
    role: Role

    @property
    def sees_all(self) -> bool:
        return self.role in ("auditor", "operator")


def reader(id: str, bundle: Bundle, directory: Directory) -> Reader:
    """What this person or machine is to Daypass, by the groups they are in."""
    groups = frozenset[str]().union(*(directory.groups_of(one) for one in _themselves(id, directory)))
    console = bundle.settings.console
    if groups & set(console.auditors):
        return Reader(id, "auditor")
    if groups & set(console.operators):
        return Reader(id, "operator")
    return Reader(id, "machine" if id in directory.machines else "member")


def _themselves(id: str, directory: Directory) -> frozenset[str]:
    """All accounts of a person; a machine is not its owners."""
    return frozenset({id}) if id in directory.machines else directory.accounts_of(id)


@dataclass(frozen=True)
class Wanted:
    """What somebody searches for; each that is there has to fit."""

    person: str | None = None
    resource: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Story:
    """A subject with all that happened to it."""

    subject: str
    state: State | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Results:
    """A page of a search, newest first; `next` is where to go on. `about`: the subjects of the events, by id."""

    passages: tuple[Passage, ...]
    next: Place | None
    about: Mapping[str, State]


@dataclass(frozen=True)
class Holder:
    """Access that was held at the time asked for. `until` is its confirmed end, None while there is none."""

    access: Access
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Live:
    """What is going on now."""

    grants: list[Access]
    pending: list[Access]
    releases: list[Release]
    incidents: list[Incident]


class Reading:
    """Questions asked by somebody. What they may not see is to them as if it weren't there."""

    def __init__(self, reads: Reads, store: Store, world: Callable[[], World]) -> None:
        self._reads = reads
        self._store = store
        self._world = world

    def reader(self, id: str) -> Reader:
        world = self._world()
        return reader(id, world.bundle, world.directory)

    async def sees(self, by: Reader, state: State) -> bool:
        """Whether they may read this subject's story."""
        directory = self._world().directory
        match state:
            case Access():
                theirs = _any(concerns_access, state, by, directory)
                if state.private:
                    return theirs or await self._is_member(by, state.incident)
                return by.sees_all or theirs
            case Release():
                return by.sees_all or _any(concerns_release, state, by, directory)
            case Incident():
                theirs = _any(concerns_incident, state, by, directory)
                return theirs or (by.sees_all and not state.private)
            case _:
                return by.sees_all

    async def _is_member(self, by: Reader, incident: str | None) -> bool:
        found = await self._reads.find(Incident, incident) if incident else None
        return found is not None and _any(concerns_incident, found, by, self._world().directory)

    async def find(self, by: Reader, kind: type[Any], subject: str) -> Any:
        """The subject's state; None if there is none, or it is no business of theirs."""
        found = await self._reads.find(kind, subject) if KINDS.get(kind_of(subject)) is kind else None
        return found if found is not None and await self.sees(by, found) else None

    async def story(self, by: Reader, subject: str) -> Story | None:
        """All that happened to it; None if there is nothing, or it is no business of theirs."""
        kind = KINDS.get(kind_of(subject))
        state = await self._reads.find(kind, subject) if kind else None
        if state is not None and not await self.sees(by, state):
            return None
        if state is None and not by.sees_all:
            return None
        told = await self._reads.story(subject)
        passages = tuple(self._told(one) for one in told)
        return Story(subject, state, passages) if passages else None

    async def search(self, by: Reader, wanted: Wanted, before: Place | None, limit: int) -> Results:
        """Events, newest first. Who doesn't see everything finds what has to do with them."""
        page, found = await self._page(by, wanted, before, limit)
        passages = tuple(self._told(found[index].told) for index in page.indexes)
        about = await self._reads.find_all(KINDS, {one.subject for one in passages})
        return Results(passages, page.next, about)

    async def found(self, by: Reader, wanted: Wanted, most: int) -> tuple[list[Logged], bool]:
        """What a search finds, in the order of the log: the newest `most`, and whether there are more."""
        every: dict[int, Logged] = {}
        before: Place | None = None
        while len(every) < most:
            page, found = await self._page(by, wanted, before, min(500, most - len(every)))
            every |= found
            before = page.next
            if before is None:
                break
        return [every[index] for index in sorted(every)], before is not None

    async def _page(
        self, by: Reader, wanted: Wanted, before: Place | None, limit: int
    ) -> tuple[Page, dict[int, Logged]]:
        directory = self._world().directory
        themselves = frozenset(map(by_person, _themselves(by.id, directory)))
        terms = [] if by.sees_all else [themselves]
        if wanted.person:
            terms.append(frozenset(map(by_person, _themselves(wanted.person, directory))))
        if wanted.resource:
            terms.append(frozenset({by_resource(wanted.resource)}))
        if wanted.action:
            terms.append(frozenset({by_action(wanted.action)}))
        query = Query(tuple(terms), wanted.since, wanted.until)
        page = await search(self._store, query, before, limit, await self._scopes(by))
        return page, await self._reads.logged(page.indexes)

    async def listed(
        self,
        by: Reader,
        kind: type[Any],
        prefix: str,
        statuses: tuple[str, ...],
        before: str | None,
        limit: int,
    ) -> tuple[list[Any], str | None]:
        """Subjects that they may see, newest first, and the id to go on from, None at the end."""
        found: list[Any] = []
        for _ in range(5):
            some = await self._reads.page(kind, prefix, statuses, before, limit)
            found += [one for one in some if await self.sees(by, one)]
            if len(found) > limit:
                return found[:limit], str(found[limit - 1].id)
            if len(some) < limit:
                return found, None
            before = some[-1].id
        return found, before

    async def live(self, by: Reader) -> Live:
        """What they may see of all that goes on now, oldest first."""

        async def seen(kind: type[Any], prefix: str, statuses: list[str]) -> list[Any]:
            found = await self._reads.in_status(kind, prefix, statuses)
            return [one for one in found if await self.sees(by, one)]

        return Live(
            grants=await seen(Access, "acc", ["active", "ending"]),
            pending=await seen(Access, "acc", ["pending"]),
            releases=await seen(Release, "rel", ["proposed", "pending", "approved", "rolling back"]),
            incidents=await seen(Incident, "inc", ["open", "mitigated"]),
        )

    async def held(self, by: Reader, resource: str, at: datetime) -> list[Holder]:
        """Who had access to the resource, or by the entitlement, at that moment, by begin."""
        wanted = Query((frozenset({by_holding(resource, at.date())}),))
        subjects: dict[str, None] = {}
        before: Place | None = None
        while True:
            page = await search(self._store, wanted, before, 500, await self._scopes(by))
            logged = await self._reads.logged(page.indexes)
            subjects |= {logged[index].told.subject: None for index in page.indexes}
            before = page.next
            if before is None:
                break
        ended = await self._reads.find_all({access.WORKFLOW.kind: Access}, subjects.keys())
        held = await self._reads.in_status(Access, access.WORKFLOW.kind, ["active", "ending"])
        every = {one.id: one for one in (*ended.values(), *held) if isinstance(one, Access)}
        about = [one for one in every.values() if resource in (one.terms.resource, one.terms.entitlement)]
        holders = [Holder(one, *span) for one in about if (span := held_over(one))]
        there = [one for one in holders if one.since <= at and (one.until is None or at < one.until)]
        seen = [one for one in there if await self.sees(by, one.access)]
        return sorted(seen, key=lambda one: (one.since, one.access.id))

    async def logged(self, by: Reader, index: int) -> Logged | None:
        """The event at this place of the log, if they may see it."""
        found = (await self._reads.logged([index])).get(index)
        if found is None:
            return None
        subject = found.told.subject
        kind = KINDS.get(kind_of(subject))
        state = await self._reads.find(kind, subject) if kind else None
        if state is None:
            return found if by.sees_all else None
        return found if await self.sees(by, state) else None

    async def _scopes(self, by: Reader) -> frozenset[str]:
        """The private incidents that they are a member of."""
        every = await terms_in(self._store, PRIVATE)
        return frozenset([one for one in every if await self._is_member(by, one)])

    def told(self, event: Logged) -> Passage:
        return self._told(event.told)

    def _told(self, told: Any) -> Passage:
        return tell(told, _SENTENCES.get(kind_of(told.subject), {}), self._world().directory)

    def waiting_for(self, by: Reader, live: Live) -> frozenset[str]:
        """Of what goes on, what waits for this person's decision."""
        directory = self._world().directory
        return frozenset(
            [one.id for one in live.pending if waits_for(one, directory, by.id)]
            + [one.id for one in live.releases if release_waits_for(one, directory, by.id)]
        )


def overdue(state: Access, now: datetime) -> bool:
    """A request that was to be escalated by now, or an end that Vault has not confirmed in time."""
    if state.status == "pending":
        late = [one.escalate_after for one in state.terms.stages if one.escalate_after is not None]
        return bool(late) and now >= state.asked_at + timedelta(seconds=min(late))
    return state.status == "ending"


def _any(
    concerns: Callable[[Any, Directory, str], bool], state: Any, by: Reader, directory: Directory
) -> bool:
    """Whether it concerns them: a machine by itself, a person under any of their accounts."""
    if by.id in directory.machines:
        return bool(getattr(state, "owner", None) == by.id)
    return concerns(state, directory, by.id)
