"""The one path that writes state: load, decide, record; effects are performed later by the outbox.

Whatever arrives while a transaction is under way is recorded together in the next one, each command
decided on its own, in order of arrival and at most one a subject. So a hundred grants that end in the
same second cost a few transactions, and a lone click waits for nobody.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, cast, exists, func, literal, null, select, union_all
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from ulid import ULID

from workflows.clock_skew import FROM_THE_FUTURE, TOO_FAR_AHEAD
from workflows.database import tables
from workflows.database.outage import LOOK_AGAIN_SECONDS, DatabaseAway, Outage
from workflows.database.store import Store, in_one_go
from workflows.ledger.claim import Claimant, Claimed
from workflows.ledger.rate_limits import HOUR, Limits, Refusals, Standing, crowded
from workflows.ledger.repeated_commands import Said, claims, look_up, repeated
from workflows.ledger.transaction import Entering, Page, Settled, turned
from workflows.workflow import (
    NOT_AS_DRAWN,
    Actor,
    Command,
    Decision,
    Event,
    NoChange,
    Refused,
    State,
    UseRedrawnCard,
    Workflow,
    World,
    kind_of,
)

log = logging.getLogger(__name__)

BATCH = 64
"""Commands recorded in one transaction, at most."""
RACES = 4
"""How often a command that lost against another replica is decided again."""
GIVING_UP_SECONDS = 15.0
"""After which a command that couldn't be recorded isn't tried again: whoever waits for it is told."""
LOST_RACE = (IntegrityError, OperationalError)


@dataclass(frozen=True)
class Outcome:
    """What a command led to. `refusal` says why nothing was done; without events it was so already.

    `subject` is another one than the command's if the same person has just begun that in the same words.
    """

    subject: str
    version: int
    state: Any
    events: tuple[Event, ...] = ()
    refusal: Refused | None = None


@dataclass(frozen=True)
class Recorded:
    """What a transaction leaves to be done: effects already claimed, when others are due, and when a
    subject is."""

    begun: tuple[Claimed, ...]
    effects_due: datetime | None
    due: datetime | None


@dataclass
class _Work:
    command: Command | None
    actor: Actor
    surface: str
    command_id: str | None
    words: str | None
    settled: Settled | None
    answer: asyncio.Future[Outcome | None]
    since: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class _Loaded:
    version: int = 0
    state: State | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True)
class _Before:
    """What was there before: the commands that were decided, and what was begun in the words of some."""

    seen: frozenset[str] = frozenset()
    said: Mapping[str, list[Said]] = field(default_factory=dict)


_ABSENT = _Loaded()
_NOT_LOOKED = _Before()


class Ledger:
    """Takes commands, through one function for every surface. `reach` is told of each step it comes to."""

    def __init__(
        self,
        store: Store,
        workflows: Iterable[Workflow],
        world: Callable[[], World],
        now: Callable[[], datetime],
        recorded: Callable[[Recorded], None] = lambda recorded: None,
        reach: Callable[[str], None] = lambda step: None,
        claimant: Claimant | None = None,
        limits: Limits | None = None,
        giving_up: float = GIVING_UP_SECONDS,
    ) -> None:
        """Without `limits` anybody may begin as much as they like, and each refusal is recorded."""
        self._giving_up = giving_up
        self._limits = limits
        self._refusals = Refusals(limits.refusals_per_minute) if limits else None
        self._store = store
        self._workflows = {workflow.kind: workflow for workflow in workflows}
        self._world = world
        self._now = now
        self.claimant = claimant or Claimant(str(ULID()))
        self._recorded = recorded
        self._reach = reach
        self._waiting: list[_Work] = []
        self._scribe: asyncio.Task[None] | None = None
        self._outage = Outage()

    async def handle(
        self,
        command: Command,
        actor: Actor,
        surface: str,
        command_id: str | None = None,
        words: str | None = None,
    ) -> Outcome:
        """Decide the command and record what came of it; one `command_id` is decided once, ever.

        What begins something in the same `words` within a minute (`repeats.words_of`) leads to what they began first.
        Raises DatabaseAway.
        """
        outcome = await self._enqueue(command, actor, surface, command_id, words, None)
        assert outcome is not None
        return outcome

    async def drain(self) -> None:
        """Wait until all that was handed in is recorded, and what it began is in hand."""
        while self._scribe and not self._scribe.done():
            await asyncio.wait([self._scribe])

    def refused_beyond(self, closing: bool = False) -> list[tuple[str, int]]:
        """Who was refused more often than is recorded one by one, and how many times, in minutes that are over."""
        return list(self._refusals.counted(self._now(), closing)) if self._refusals else []

    async def settle(self, settled: Settled, command: Command | None, actor: Actor) -> None:
        """Record what became of an effect, and the command that its outcome gives rise to, together."""
        await self._enqueue(command, actor, "outbox", None, None, settled)

    async def _enqueue(
        self,
        command: Command | None,
        actor: Actor,
        surface: str,
        command_id: str | None,
        words: str | None,
        settled: Settled | None,
    ) -> Outcome | None:
        answer: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Work(command, actor, surface, command_id, words, settled, answer))
        if self._scribe is None or self._scribe.done():
            self._scribe = asyncio.create_task(self._write_waiting())
        return await answer

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = _one_a_subject(self._waiting)
            try:
                with self._outage.watched():
                    answers, page = await self._record(batch)
            except Exception as error:
                await self._one_by_one(batch, error)
            else:
                await self._recorded_now(batch, answers, page)

    async def _one_by_one(self, batch: Sequence[_Work], error: Exception) -> None:
        """What one command can't have written must not hurt the others."""
        if len(batch) == 1 and not isinstance(error, (*LOST_RACE, DatabaseAway)):
            _fail(batch[0], error)
            return
        for work in batch:
            if self._is_old(work):
                _fail(work, error)
                continue
            try:
                answers, page = await self._persist(work)
            except Exception as failure:
                _fail(work, failure)
            else:
                await self._recorded_now([work], answers, page)

    async def _recorded_now(
        self, batch: Sequence[_Work], answers: Sequence[Outcome | None], page: Page
    ) -> None:
        """Whoever clicked has their answer before it is looked up under which numbers effects were begun."""
        _give(batch, answers)
        try:
            begun = await self._begun(page) if page.begun else []
        except Exception:
            log.exception(
                "what was begun at once couldn't be looked up; it is taken up when its claim has run out"
            )
            begun = []
        self._recorded(Recorded(tuple(begun), page.effects_due, page.next_due))

    async def _begun(self, page: Page) -> list[Claimed]:
        async with self._store.asking() as connection:
            return await page.look_up_begun(connection)

    def _is_old(self, work: _Work) -> bool:
        return time.monotonic() - work.since > self._giving_up

    async def _persist(self, work: _Work) -> tuple[list[Outcome | None], Page]:
        """A lost race is decided again: what another replica has written meanwhile may say otherwise.

        So is what was under way when the database went away: it may have been recorded all the same.
        """
        races = 0
        while True:
            try:
                with self._outage.watched():
                    return await self._record([work], careful=True)
            except DatabaseAway:
                if not self._outage.is_young:
                    raise
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
            except LOST_RACE:
                races += 1
                if races == RACES or self._is_old(work):
                    raise

    async def _record(
        self, batch: Sequence[_Work], careful: bool = False
    ) -> tuple[list[Outcome | None], Page]:
        """`careful` looks first which commands were decided before; else the database refuses the batch."""
        self._reach("ledger.begin")
        async with self._store.writing() as connection:
            loaded = await self._load(connection, batch)
            page = Page(self._world(), self._now(), self.claimant)
            before = await _before(connection, batch, page.now) if careful else _NOT_LOOKED
            standing = await self._standing(connection, batch, loaded, page.now)
            answers = [self._decide(work, before, loaded, page, standing) for work in batch]
            self._reach("ledger.decided")
            async with in_one_go(connection):
                await page.write(connection)
                self._reach("ledger.before_commit")
        self._reach("ledger.after_commit")
        return answers, page

    async def _load(self, connection: AsyncConnection, batch: Sequence[_Work]) -> dict[str, _Loaded]:
        """Each subject as it stands, locked."""
        ids = {work.command.subject for work in batch if work.command}
        if not ids:
            return {}
        found = await connection.execute(_AS_THEY_STAND, {"ids": sorted(ids)})
        return {row.id: self._loaded(row) for row in found}

    def _loaded(self, row: Any) -> _Loaded:
        return _Loaded(row.version, self._read(row.id, row.state) if row.state else None, row.changed_at)

    def _read(self, subject: str, state: str) -> State:
        return self._workflows[kind_of(subject)].state.model_validate_json(state)

    def _decide(
        self,
        work: _Work,
        before: _Before,
        loaded: dict[str, _Loaded],
        page: Page,
        standing: Mapping[tuple[str, str], Standing],
    ) -> Outcome | None:
        if work.settled:
            page.settle(work.settled)
        if work.command is None:
            return None
        subject = work.command.subject
        at = loaded.get(subject, _ABSENT)
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
        refusal: Refused | None = None
        crowd = self._crowded(work, at, page, standing)
        match crowd or _decision(workflow, at.state, work, world, now):
            case NoChange():
                return Outcome(subject, at.version, at.state)
            case Refused() as refusal:
                if not refusal.events and not self._is_recorded(work, page.now):
                    return Outcome(subject, at.version, at.state, (), refusal)
                events = (*refusal.events, turned(work.command, refusal, at.state))
            case tuple() as events:
                assert events, f"{type(work.command).__name__} decided on no event"
        entry = Entering(workflow, subject, at.version + 1, now, work.actor, work.surface)
        state = page.enter(entry, at.state, events)
        if work.command_id:
            page.only_once(work.command_id, subject, entry.version)
        if work.words and at.state is None and state is not None:
            for key in claims(work.words, page.now, said):
                page.only_once(key, subject, entry.version)
        return Outcome(subject, entry.version, state, events, refusal)

    def _begins(self, work: _Work, at: _Loaded) -> bool:
        """Whether somebody may be about to begin a subject of a workflow in which that is limited."""
        command, limited = work.command, self._limits and not work.actor.is_daypass
        return bool(
            limited and command and at.state is None and self._workflows[kind_of(command.subject)].pending
        )

    async def _standing(
        self,
        connection: AsyncConnection,
        batch: Sequence[_Work],
        loaded: Mapping[str, _Loaded],
        now: datetime,
    ) -> Mapping[tuple[str, str], Standing]:
        """By owner and kind, what those have who may be about to begin another one."""
        wanted = {
            (work.actor.id, kind_of(work.command.subject))
            for work in batch
            if work.command and self._begins(work, loaded.get(work.command.subject, _ABSENT))
        }
        return {one: await _count(connection, *one, self._workflows[one[1]].pending, now) for one in wanted}

    def _crowded(
        self, work: _Work, at: _Loaded, page: Page, standing: Mapping[tuple[str, str], Standing]
    ) -> Refused | None:
        if work.command is None or self._limits is None or not self._begins(work, at):
            return None
        owner, kind = work.actor.id, kind_of(work.command.subject)
        found = standing.get((owner, kind), Standing())
        born = sum(row["owner"] == owner and kind_of(row["id"]) == kind for row in page.born)
        return crowded(self._limits, Standing(found.pending + born, found.started + born))

    def _is_recorded(self, work: _Work, now: datetime) -> bool:
        return work.actor.is_daypass or self._refusals is None or self._refusals.recorded(work.actor.id, now)


async def _count(
    connection: AsyncConnection, owner: str, kind: str, pending: Collection[str], now: datetime
) -> Standing:
    """Ids begin with the time at which they were made (ULID), so those of the last hour are the last ones."""
    subjects = tables.subjects.c
    since = f"{kind}_{ULID.from_datetime(now - HOUR)}"
    found = await connection.execute(
        select(
            func.count().filter(subjects.status.in_(sorted(pending))),
            func.count().filter(subjects.id >= since),
        ).where(subjects.owner == owner, subjects.kind == kind)
    )
    return Standing(*found.one())


def _decision(workflow: Workflow, state: State | None, work: _Work, world: World, now: datetime) -> Decision:
    """A click on what Daypass hasn't drawn is no workflow's to judge."""
    if isinstance(work.command, UseRedrawnCard):
        return NOT_AS_DRAWN
    if refusal := _in_doubt(work, world):
        return refusal
    return workflow.decide(state, work.command, work.actor, world, now)


def _in_doubt(work: _Work, world: World) -> Refused | None:
    """Why somebody's wish waits, whichever workflow it is for: they may have left."""
    programs = work.actor.is_daypass or work.actor.is_machine
    if programs or work.command is None or not work.command.waits_in_doubt:
        return None
    doubt = world.doubt_about(work.actor.id)
    return Refused("unconfirmed", doubt) if doubt else None


def _one_a_subject(waiting: Sequence[_Work]) -> tuple[list[_Work], list[_Work]]:
    """The next batch, and who waits for the one after: a subject's second command sees its first."""
    batch: list[_Work] = []
    later: list[_Work] = []
    taken: set[str] = set()
    for work in waiting:
        names = {work.command.subject} if work.command else set()
        names |= {name for name in (work.command_id, work.words) if name}
        (later if len(batch) >= BATCH or names & taken else batch).append(work)
        taken |= names
    return batch, later


def _give(batch: Sequence[_Work], answers: Sequence[Outcome | None]) -> None:
    for work, answer in zip(batch, answers, strict=True):
        if not work.answer.done():
            work.answer.set_result(answer)


def _fail(work: _Work, error: Exception) -> None:
    if not work.answer.done():
        work.answer.set_exception(error)


async def _before(connection: AsyncConnection, batch: Sequence[_Work], now: datetime) -> _Before:
    keys = [work.command_id for work in batch if work.command_id]
    found = await connection.scalars(select(tables.once.c.key).where(tables.once.c.key.in_(keys)))
    words = {work.words for work in batch if work.words}
    return _Before(frozenset(found), {one: await look_up(connection, one, now) for one in words})


def _as_they_stand() -> Any:
    """Each subject's version and state, locked; without a state if it so far only has refusals.

    That is what a form has that somebody has yet to fill in rightly.
    """
    subjects, events = tables.subjects.c, tables.events.c
    ids: Any = bindparam("ids", expanding=True)
    locked = (
        select(subjects.id, subjects.version, subjects.state, subjects.changed_at)
        .where(subjects.id.in_(ids))
        .order_by(subjects.id)
        .with_for_update()
        .cte("locked")
    )
    refused = (
        select(
            events.subject,
            func.max(events.version),
            cast(null(), tables.subjects.c.state.type),
            func.max(events.at),
        )
        .where(events.subject.in_(ids), ~exists(literal(1)).where(subjects.id == events.subject))
        .group_by(events.subject)
    )
    return union_all(select(locked), refused)


_AS_THEY_STAND = _as_they_stand()
