"""One transaction of the ledger: load the subjects, decide each command, write what came of it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from ulid import ULID

from workflows.clock_skew import FROM_THE_FUTURE, TOO_FAR_AHEAD
from workflows.database import tables
from workflows.database.store import Store, in_one_go
from workflows.ledger.claim import Claimant
from workflows.ledger.loaded_subjects import (
    ABSENT,
    NOTHING_BESIDES,
    Besides,
    Loaded,
    Loader,
    greatest_key,
    next_turns,
)
from workflows.ledger.numbering import BeginNumbered, read_number, with_number
from workflows.ledger.rate_limits import HOUR, Limits, OwnerLoad, Refusals, crowded
from workflows.ledger.refusal import turned
from workflows.ledger.repeated_commands import EarlierCommand, claims, look_up, repeated
from workflows.ledger.transaction import Entering, WriteSet
from workflows.ledger.unusable_card import UseUnusableCard
from workflows.ledger.work import Outcome, Work
from workflows.workflow import (
    Decision,
    NoChange,
    Refused,
    State,
    Workflow,
    World,
    kind_of,
)


@dataclass(frozen=True)
class _Before:
    """What was there before: the commands that were decided, and what was begun in the words of some."""

    seen: frozenset[str] = frozenset()
    said: Mapping[str, list[EarlierCommand]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Standing:
    """What those have who may be about to begin a subject, by owner and kind; each kind's greatest number; and what
    those have besides on whose other subjects a decision depends."""

    loads: Mapping[tuple[str, str], OwnerLoad]
    numbers: Mapping[str, int]
    besides: Besides


_NOT_LOOKED = _Before()


class Recorder:
    """Records a batch of commands in one transaction, each decided on its own."""

    def __init__(
        self,
        store: Store,
        workflows: Iterable[Workflow],
        world: Callable[[], World],
        now: Callable[[], datetime],
        claimant: Claimant,
        reach: Callable[[str], None],
        limits: Limits | None,
    ) -> None:
        self._store = store
        self._workflows = {workflow.kind: workflow for workflow in workflows}
        self._loader = Loader(self._workflows)
        self._world = world
        self._now = now
        self._claimant = claimant
        self._reach = reach
        self._limits = limits
        self._refusals = Refusals(limits.refusals_per_minute) if limits else None

    def refused_beyond(self, closing: bool) -> list[tuple[str, int]]:
        """Who was refused more often than is recorded one by one, and how many times, in minutes that are over."""
        return list(self._refusals.counted(self._now(), closing)) if self._refusals else []

    async def record(
        self, batch: Sequence[Work], careful: bool = False
    ) -> tuple[list[Outcome | None], WriteSet]:
        """`careful` looks first which commands were decided before; else the database refuses the batch."""
        self._reach("ledger.begin")
        async with self._store.write_transaction() as connection:
            if any(work.command.alone for work in batch if work.command):
                await self._loader.close_others_out(connection)
            subjects = {work.command.subject for work in batch if work.command}
            actors = {work.actor.id for work in batch}
            loaded, in_force = await self._loader.load(connection, subjects, actors)
            page = WriteSet(replace(self._world(), in_force=in_force), self._now(), self._claimant)
            before = await _before(connection, batch, page.now) if careful else _NOT_LOOKED
            besides = await self._besides(connection, batch, loaded, page.world)
            standing = await self._standing(connection, batch, loaded, page.now, besides)
            answers = [self._decide(work, before, loaded, page, standing) for work in batch]
            self._reach("ledger.decided")
            async with in_one_go(connection):
                await page.write(connection)
                self._reach("ledger.before_commit")
        self._reach("ledger.after_commit")
        return answers, page

    async def _besides(
        self, connection: AsyncConnection, batch: Sequence[Work], loaded: Mapping[str, Loaded], world: World
    ) -> Besides:
        """What those have on whose other subjects a decision depends."""
        wanted: dict[str, frozenset[str]] = {}
        for work in batch:
            if work.command and (owners := self._beside(work, loaded, world)):
                kind = kind_of(work.command.subject)
                wanted[kind] = wanted.get(kind, frozenset()) | owners
        return await self._loader.besides(connection, wanted) if wanted else NOTHING_BESIDES

    def _beside(self, work: Work, loaded: Mapping[str, Loaded], world: World) -> frozenset[str]:
        assert work.command
        subject = work.command.subject
        state = loaded.get(subject, ABSENT).state
        return self._workflows[kind_of(subject)].beside(state, work.command, work.actor, world)

    def _read(self, subject: str, state: str) -> State:
        return self._workflows[kind_of(subject)].state.model_validate_json(state)

    def _decide(
        self,
        work: Work,
        before: _Before,
        loaded: dict[str, Loaded],
        page: WriteSet,
        standing: _Standing,
    ) -> Outcome | None:
        if work.settled:
            page.settle(work.settled)
        if work.command is None:
            return None
        command, subject = work.command, work.command.subject
        at = loaded.get(subject, ABSENT)
        if work.command_id in before.seen:
            return Outcome(subject, at.version, at.state)
        workflow = self._workflows[kind_of(subject)]
        said = before.said.get(work.words or "", [])
        if at.state is None and (earlier := repeated(said, page.now, workflow.over)):
            return Outcome(earlier.subject, earlier.version, self._read(earlier.subject, earlier.state))
        now = max(page.now, at.changed_at or page.now)
        world = page.world
        if now - page.now > TOO_FAR_AHEAD:
            world = replace(world, clocks=world.clocks or FROM_THE_FUTURE)
        if owners := self._beside(work, loaded, world):
            beside = standing.besides.of(subject, owners, page.states)
            world = replace(world, beside=beside)
        refusal: Refused | None = None
        crowd = self._crowded(work, at, page, standing.loads)
        if isinstance(command, BeginNumbered) and at.state is None:
            claimed = (row["key"] for row in page.once)
            numbered = with_number(command, standing.numbers.get(kind_of(subject), 0), claimed)
            work = replace(work, command=numbered)
        match crowd or _decision(workflow, at.state, work, world, now):
            case NoChange():
                return Outcome(subject, at.version, at.state)
            case Refused() as refusal:
                if not refusal.events and not self._is_recorded(work, page.now):
                    return Outcome(subject, at.version, at.state, (), refusal)
                events = (*refusal.events, turned(command, refusal, at.state))
            case tuple() as events:
                assert events, f"{type(work.command).__name__} decided on no event"
        entry = Entering(workflow, subject, at.version + 1, now, work.actor, work.surface)
        state = page.enter(entry, at.state, events)
        if work.command_id:
            page.only_once(work.command_id, subject, entry.version)
        if owners and not refusal:
            for key in next_turns(workflow.kind, owners, standing.besides, (row["key"] for row in page.once)):
                page.only_once(key, subject, entry.version)
        if work.words and at.state is None and state is not None:
            for key in claims(work.words, page.now, said):
                page.only_once(key, subject, entry.version)
        return Outcome(subject, entry.version, state, events, refusal)

    def _begins(self, work: Work, at: Loaded) -> bool:
        """Whether somebody may be about to begin a subject of a workflow in which that is limited."""
        command, limited = work.command, self._limits and not work.actor.is_daypass
        return bool(
            limited and command and at.state is None and self._workflows[kind_of(command.subject)].pending
        )

    async def _standing(
        self,
        connection: AsyncConnection,
        batch: Sequence[Work],
        loaded: Mapping[str, Loaded],
        now: datetime,
        besides: Besides,
    ) -> _Standing:
        """What those have who may be about to begin another subject, and the greatest numbers of numbered ones.

        Both in one question, so that beginning one waits for the database no longer than anything else.
        """
        wanted = {
            (work.actor.id, kind_of(work.command.subject))
            for work in batch
            if work.command and self._begins(work, loaded.get(work.command.subject, ABSENT))
        }
        left, loads, numbers = _numbered(batch, loaded), dict[tuple[str, str], OwnerLoad](), dict[str, int]()
        for owner, kind in sorted(wanted):
            load = _load_of(owner, kind, self._workflows[kind].pending, now)
            more = [greatest_key(kind).scalar_subquery()] if kind in left else []
            pending, started, *keys = (await connection.execute(load.add_columns(*more))).one()
            loads[owner, kind] = OwnerLoad(pending, started)
            if keys:
                numbers[kind] = read_number(kind, keys[0])
                left.remove(kind)
        for kind in sorted(left):
            numbers[kind] = read_number(kind, await connection.scalar(greatest_key(kind)))
        return _Standing(loads, numbers, besides)

    def _crowded(
        self, work: Work, at: Loaded, page: WriteSet, standing: Mapping[tuple[str, str], OwnerLoad]
    ) -> Refused | None:
        if work.command is None or self._limits is None or not self._begins(work, at):
            return None
        owner, kind = work.actor.id, kind_of(work.command.subject)
        found = standing.get((owner, kind), OwnerLoad())
        born = sum(row["owner"] == owner and kind_of(row["id"]) == kind for row in page.born)
        return crowded(self._limits, OwnerLoad(found.pending + born, found.started + born))

    def _is_recorded(self, work: Work, now: datetime) -> bool:
        return work.actor.is_daypass or self._refusals is None or self._refusals.recorded(work.actor.id, now)


def _load_of(owner: str, kind: str, pending: Collection[str], now: datetime) -> Select[int, int]:
    """Ids begin with the time at which they were made (ULID), so those of the last hour are the last ones."""
    subjects = tables.subjects.c
    since = f"{kind}_{ULID.from_datetime(now - HOUR)}"
    return select(
        func.count().filter(subjects.status.in_(sorted(pending))),
        func.count().filter(subjects.id >= since),
    ).where(subjects.owner == owner, subjects.kind == kind)


def _numbered(batch: Sequence[Work], loaded: Mapping[str, Loaded]) -> set[str]:
    """The kinds of which somebody is about to begin a numbered subject."""
    begun = (work.command for work in batch if isinstance(work.command, BeginNumbered))
    return {kind_of(one.subject) for one in begun if loaded.get(one.subject, ABSENT).state is None}


def _decision(workflow: Workflow, state: State | None, work: Work, world: World, now: datetime) -> Decision:
    """A card that can't be acted on is no workflow's to judge."""
    if isinstance(work.command, UseUnusableCard):
        return work.command.refusal
    if refusal := _in_doubt(work, world):
        return refusal
    return workflow.decide(state, work.command, work.actor, world, now)


def _in_doubt(work: Work, world: World) -> Refused | None:
    """Why somebody's wish waits, whichever workflow it is for: they may have left."""
    programs = work.actor.is_daypass or work.actor.is_machine
    if programs or work.command is None or not work.command.waits_in_doubt:
        return None
    doubt = world.doubt_about(work.actor.id)
    return Refused("unconfirmed", doubt) if doubt else None


async def _before(connection: AsyncConnection, batch: Sequence[Work], now: datetime) -> _Before:
    keys = [work.command_id for work in batch if work.command_id]
    found = await connection.scalars(select(tables.once.c.key).where(tables.once.c.key.in_(keys)))
    words = {work.words for work in batch if work.words}
    return _Before(frozenset(found), {one: await look_up(connection, one, now) for one in words})
