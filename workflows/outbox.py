"""Performs effects after their transaction has committed: claimed, tried, retried, settled.

At least once, in order within a lane, outside any transaction. What an attempt led to is recorded by the
ledger together with the command that it gives rise to. A claim has a deadline, so an effect whose
performer died is taken up by whoever looks next; it then finds `attempts` above one.
"""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, literal_column, or_, select, update

from workflows import tables
from workflows.claim import Claimed
from workflows.ledger import Ledger
from workflows.page import Settled
from workflows.ports import Permanent, Retryable
from workflows.store import Store
from workflows.workflow import OUTBOX, TELLING, Command

log = logging.getLogger(__name__)

WORKERS = 8
TELLERS = 3
"""Of the workers, how many at most only tell; what makes and ends access never waits for a free one."""
AHEAD = 4
"""How many times as many effects are claimed, at most, as can be performed at once."""
AGAIN_BELOW = 2
"""How many times as many are left when more are claimed: workers go on while a transaction is waited for."""
LONGEST_PAUSE = 30.0
"""Seconds between two attempts, at most: what must end is tried again within half a minute."""


@dataclass(frozen=True)
class Done:
    """It is done; `command` tells the subject what came of it."""

    command: Command | None = None


@dataclass(frozen=True)
class Later:
    """Not now: try again, after `pause` seconds if the other side named a time."""

    reason: str
    command: Command | None = None
    pause: float | None = None


@dataclass(frozen=True)
class Never:
    """It can't be done; the operator sees the reason, the subject hears of it by `command`."""

    reason: str
    command: Command | None = None


Result = Done | Later | Never
Perform = Callable[[Claimed], Awaitable[Result]]


async def attempted(doing: Awaitable[None]) -> Result:
    """What came of something that has nothing to report."""
    try:
        await doing
    except Retryable as error:
        return Later(str(error), pause=error.pause)
    except Permanent as error:
        return Never(str(error))
    return Done()


class Outbox:
    """Claims effects and has them performed, `workers` at a time."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        performers: Mapping[str, Perform],
        now: Callable[[], datetime],
        finished: Callable[[], None] = lambda: None,
        reach: Callable[[str], None] = lambda step: None,
        workers: int = WORKERS,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._performers = performers
        self._now = now
        self._finished = finished
        self._reach = reach
        self._workers = workers
        self._enough = AGAIN_BELOW * workers
        self._claimant = ledger.claimant
        self._turns = asyncio.Semaphore(workers)
        self._running: set[asyncio.Task[None]] = set()
        self._to_perform = 0
        self._telling = 0

    async def take_over(self) -> None:
        """Free what another process had claimed. Only where no other process can be alive (SQLite)."""
        effects = tables.effects
        async with self._store.writing() as connection:
            await connection.execute(
                update(effects).where(effects.c.status == "claimed").values(claimed_until=self._now())
            )

    async def perform_due(self) -> datetime | None:
        """Start on what is due and return when to look again; None while nothing is open."""
        if self._to_perform >= self._enough:
            return None
        self.begin(await self._claim(AHEAD * self._workers - self._to_perform))
        if self._to_perform >= self._enough:
            return None
        return await self._next_due(telling=self._tellers > 0)

    @property
    def _tellers(self) -> int:
        """How many more may tell now: one at a time while access is being made or ended."""
        busy = self._to_perform > self._telling
        return max(0, (1 if busy else TELLERS) - self._telling)

    def begin(self, effects: Sequence[Claimed]) -> None:
        """Start performing what is claimed, here or by the ledger as it was recorded."""
        for claimed in effects:
            task = asyncio.create_task(self._perform(claimed))
            self._running.add(task)
            self._to_perform += 1
            self._telling += claimed.tells
            task.add_done_callback(self._end_of)

    async def drain(self) -> None:
        """Wait for what is being performed."""
        while self._running:
            await asyncio.wait(self._running)

    def _performed(self, effect: Claimed) -> None:
        """A worker is free, while what came of the effect is being recorded."""
        self._to_perform -= 1
        self._telling -= effect.tells
        if self._to_perform == self._enough - 1:
            self._finished()

    def _end_of(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("what became of an effect is not on record; it is tried again", exc_info=error)
        self._finished()

    async def _claim(self, limit: int) -> list[Claimed]:
        now = self._now()
        effects = tables.effects
        self._reach("outbox.claim")
        async with self._store.writing() as connection:
            found = (await connection.execute(_claimable(now, limit))).all()
            rows = [row for row in found if row.priority < TELLING]
            rows += [row for row in found if row.priority >= TELLING][: 1 if rows else self._tellers]
            if rows:
                await connection.execute(
                    update(effects).where(effects.c.seq == bindparam("of")),
                    [
                        {
                            "of": row.seq,
                            "status": "claimed",
                            "attempts": row.attempts + 1,
                            "claimed_by": self._claimant.name,
                            "claimed_until": now + self._claimant.lasting,
                        }
                        for row in rows
                    ],
                )
        self._reach("outbox.claimed")
        return [
            Claimed(
                row.seq,
                row.subject,
                row.version,
                row.position,
                row.kind,
                json.loads(row.payload),
                row.attempts + 1,
                row.priority >= TELLING,
            )
            for row in rows
        ]

    async def _next_due(self, telling: bool) -> datetime | None:
        effects = tables.effects.c
        which = effects.priority >= 0 if telling else effects.priority < TELLING
        async with self._store.reading() as connection:
            waiting = await connection.scalar(
                select(func.min(effects.not_before)).where(
                    _open(effects), effects.status == "pending", which, _heads_lane()
                )
            )
            claimed = await connection.scalar(
                select(func.min(effects.claimed_until)).where(
                    _open(effects), effects.status == "claimed", which
                )
            )
        return min((at for at in (waiting, claimed) if at), default=None)

    async def _perform(self, effect: Claimed) -> None:
        try:
            async with self._turns:
                result = await self._performers[effect.kind](effect)
        except Exception:
            log.exception("effect %s (%s of %s) failed", effect.seq, effect.kind, effect.subject)
            result = Later("Daypass itself failed at this; the process's log has the details.")
        self._performed(effect)
        self._reach(f"outbox.performed.{effect.kind}")
        now = self._now()
        match result:
            case Done(command):
                settled = Settled(effect.seq, self._claimant.name, "done", now, now)
            case Later(reason, command, wait):
                again = now + timedelta(seconds=wait if wait is not None else pause(effect.attempts))
                settled = Settled(effect.seq, self._claimant.name, "pending", now, again, reason)
            case Never(reason, command):
                settled = Settled(effect.seq, self._claimant.name, "failed", now, now, reason)
        await self._ledger.settle(settled, command, OUTBOX)
        self._reach(f"outbox.settled.{effect.kind}")


def pause(attempts: int) -> float:
    """Seconds until the next attempt: doubling from half a second, spread so that many don't meet."""
    return min(LONGEST_PAUSE, 0.25 * 2.0 ** min(attempts, 10)) * random.uniform(0.7, 1.0)  # noqa: S311 (no secret)


def _open(effects: Any) -> Any:
    """Spelled with constants, not parameters: only then do the databases use the indexes of what is open."""
    return effects.status.in_((literal_column("'pending'"), literal_column("'claimed'")))


def _claimable(now: datetime, limit: int) -> Select[Any]:
    """Due effects, or ones whose performer is overdue, that are the first of their lane."""
    effects = tables.effects.c
    ready = and_(effects.status == "pending", effects.not_before <= now)
    overdue = and_(effects.status == "claimed", effects.claimed_until <= now)
    return (
        select(tables.effects)
        .where(_open(effects), or_(ready, overdue), _heads_lane())
        .order_by(effects.priority, effects.seq)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _heads_lane() -> Any:
    effects = tables.effects.c
    earlier = tables.effects.alias("earlier").c
    return ~exists().where(
        earlier.lane == effects.lane,
        earlier.seq < effects.seq,
        _open(earlier),
    )
