"""Performs effects after their transaction has committed: claimed, tried, retried, settled.

At least once, in order within a lock, outside any transaction. What an attempt led to is recorded by the
ledger together with the command that it gives rise to. A claim has a deadline, which a living process puts
off, so an effect whose performer died is taken up by whoever looks next; it then finds `attempts` above one.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.database.outage import DatabaseAway
from workflows.database.store import Store
from workflows.ledger import effect_queue
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.transaction import Settled
from workflows.ledger.worker_pools import Hands, Pool
from workflows.ports import Permanent, Retryable
from workflows.workflow import OUTBOX, Command

log = logging.getLogger(__name__)

MAX_PAUSE_SECONDS = 30.0
"""Seconds between two attempts, at most: what must end is tried again within half a minute."""
SETTLE_AGAIN_SECONDS = 1.0
"""Until what couldn't be recorded, because the database was away, is tried to be recorded again."""


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
Perform = Callable[[ClaimedEffect], Awaitable[Result]]


@dataclass(frozen=True)
class Performer:
    """How the effects of one kind are performed: by whose workers, and how many seconds one attempt may take.

    An attempt that takes longer is cancelled and tried again; `told` is the command by which its subject
    hears why. What it runs in a thread has to end within the time by itself.
    """

    perform: Perform
    pool: Pool
    seconds: float
    told: Callable[[ClaimedEffect, str], Command] | None = None

    async def attempt(self, effect: ClaimedEffect) -> Result:
        """One attempt. Raises what `perform` raises."""
        limit = asyncio.timeout(self.seconds)
        try:
            async with limit:
                return await self.perform(effect)
        except TimeoutError:
            if not limit.expired():
                raise
        reason = f"It wasn't finished within {self.seconds:g} s and was stopped. Daypass tries again."
        return Later(reason, self.told(effect, reason) if self.told else None)


async def attempted(effect: ClaimedEffect, doing: Awaitable[None]) -> Result:
    """What came of something that has nothing to report."""
    try:
        await doing
    except (Retryable, Permanent) as error:
        return failed(effect, error)
    return Done()


def failed(effect: ClaimedEffect, error: Retryable | Permanent) -> Later | Never:
    """Whether an attempt that failed so is followed by another."""
    if isinstance(error, Permanent) or (error.attempts and effect.attempts >= error.attempts):
        return Never(str(error))
    return Later(str(error), pause=error.pause)


class Outbox:
    """Claims effects and has them performed, each by the workers of its pool."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        performers: Mapping[str, Performer],
        now: Callable[[], datetime],
        finished: Callable[[], None] = lambda: None,
        reach: Callable[[str], None] = lambda step: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._performers = performers
        self._now = now
        self._finished = finished
        self._reach = reach
        self._monotonic = monotonic
        self._claimant = ledger.claimant
        self._hands = Hands({kind: one.pool for kind, one in performers.items()}, monotonic)
        self._running: set[asyncio.Task[None]] = set()
        self._lingering: set[asyncio.Task[None]] = set()
        """Those of the running whose pool lingers."""
        self._good_until: dict[int, float] = {}
        """By effect, until when its claim holds, on the monotonic clock."""

    @property
    def keeps_every(self) -> float:
        """Seconds after which `keep_claims` is called again, so that no claim runs out in between."""
        return self._claimant.lasting.total_seconds() / 3

    def room(self, kind: str) -> int:
        """How many more effects of this kind can be begun here."""
        return self._hands.room(kind)

    @property
    def is_pressed(self) -> bool:
        """Whether something urgent is in hand, such as a credential that is being ended."""
        return self._hands.are_pressed

    async def take_over(self) -> None:
        """Free what another process had claimed. Only where no other process can be alive (SQLite)."""
        await effect_queue.free_claims(self._store, self._now())

    async def clock_changed(self) -> None:
        """The clock was set: let nothing wait by what it said before."""
        await effect_queue.unwind(
            self._store, self._now(), self._claimant.lasting, timedelta(seconds=MAX_PAUSE_SECONDS)
        )
        self._finished()

    async def perform_due(self) -> datetime | None:
        """Start on what is due and return when to look again; None while nothing is open."""
        if self._hands.are_full:
            return None
        began = self._monotonic()
        self._begin(
            await effect_queue.claim(self._store, self._hands, self._claimant, self._now(), self._reach),
            began,
        )
        if self._hands.are_full:
            return None
        return await effect_queue.next_due(self._store, self._hands.full())

    def begin(self, effects: Sequence[ClaimedEffect]) -> None:
        """Start performing what the ledger claimed as it was recorded."""
        self._begin(effects, self._monotonic())

    async def keep_claims(self) -> None:
        """Put off the deadline of what is still in hand, so that nobody else takes it up."""
        began, lasting = self._monotonic(), self._claimant.lasting.total_seconds()
        old = [seq for seq, until in self._good_until.items() if until < began + lasting * 2 / 3]
        if not old:
            return
        for seq in await effect_queue.keep(self._store, old, self._claimant, self._now()):
            if seq in self._good_until:
                self._good_until[seq] = began + lasting

    async def drain(self, seconds: float | None = None) -> None:
        """Wait for what is being performed; what takes longer than that, or lingers, is left to whoever looks next."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while hurrying := self._running - self._lingering:
                    await asyncio.wait(hurrying)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _begin(self, effects: Sequence[ClaimedEffect], claimed_at: float) -> None:
        for claimed in effects:
            in_hand = claimed.seq in self._good_until
            self._good_until[claimed.seq] = claimed_at + self._claimant.lasting.total_seconds()
            if in_hand:
                continue
            self._hands.take(claimed.kind)
            task = asyncio.create_task(self._perform(claimed))
            self._running.add(task)
            if self._hands.linger(claimed.kind):
                self._lingering.add(task)
            task.add_done_callback(self._end_of)

    def _end_of(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._lingering.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("an effect's result isn't recorded; it is tried again", exc_info=error)
        self._finished()

    async def _perform(self, effect: ClaimedEffect) -> None:
        try:
            result = await self._in_turn(effect)
        finally:
            if self._hands.put_down(effect.kind):
                self._finished()
        try:
            if result:
                await self._settle_once_there(effect, result)
        finally:
            self._good_until.pop(effect.seq, None)

    async def _in_turn(self, effect: ClaimedEffect) -> Result | None:
        """None if the claim ran out while it waited for a worker: then it isn't ours to perform any more."""
        async with self._hands.turn(effect.kind):
            if self._monotonic() >= self._good_until[effect.seq]:
                return None
            try:
                return await self._performers[effect.kind].attempt(effect)
            except Exception:
                log.exception("effect %s (%s of %s) failed", effect.seq, effect.kind, effect.subject)
                return Later("Daypass failed at this; its log has the details.")

    async def _settle_once_there(self, effect: ClaimedEffect, result: Result) -> None:
        """What was done to the outside is recorded however long the database is away."""
        while True:
            try:
                return await self._settle(effect, result)
            except DatabaseAway as error:
                log.warning(
                    "what became of %s of %s isn't on record yet: %s", effect.kind, effect.subject, error
                )
                await asyncio.sleep(SETTLE_AGAIN_SECONDS)

    async def _settle(self, effect: ClaimedEffect, result: Result) -> None:
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
    return min(MAX_PAUSE_SECONDS, 0.25 * 2.0 ** min(attempts, 10)) * random.uniform(0.7, 1.0)  # noqa: S311 (no secret)
