"""The one path that writes state: load, decide, record; effects are performed later by the outbox.

Whatever arrives while a transaction is under way is recorded together in the next one, each command
decided on its own, in order of arrival and at most one a subject. So a hundred grants that end in the
same second cost a few transactions, and a lone click waits for nobody.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError, OperationalError
from ulid import ULID

from workflows.database.outage import LOOK_AGAIN_SECONDS, DatabaseAway, Outage
from workflows.database.store import Store
from workflows.ledger.claim import Claimant, ClaimedEffect
from workflows.ledger.rate_limits import Limits
from workflows.ledger.recorder import Recorder
from workflows.ledger.transaction import Settled, WriteSet
from workflows.ledger.work import Outcome, Work, fail, give, one_a_subject
from workflows.workflow import (
    Actor,
    Command,
    Workflow,
    World,
)

log = logging.getLogger(__name__)

RACES = 4
"""How often a command that lost against another replica is decided again."""
GIVING_UP_SECONDS = 15.0
"""After which a command that couldn't be recorded isn't tried again: whoever waits for it is told."""
LOST_RACE = (IntegrityError, OperationalError)
Inform = Callable[[Command, Actor], Awaitable[Command]]
"""Puts into a command what is to be read before it is decided."""


@dataclass(frozen=True)
class Recorded:
    """What a transaction leaves to be done: effects already claimed, when others are due, and when a
    subject is."""

    begun: tuple[ClaimedEffect, ...]
    effects_due: datetime | None
    due: datetime | None


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
        inform: Inform | None = None,
    ) -> None:
        """Without `limits` anybody may begin as much as they like, and each refusal is recorded."""
        self._giving_up = giving_up
        self._inform = inform
        self._store = store
        self.claimant = claimant or Claimant(str(ULID()))
        self._recorder = Recorder(store, workflows, world, now, self.claimant, reach, limits)
        self._recorded = recorded
        self._waiting: list[Work] = []
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
        if self._inform:
            command = await self._inform(command, actor)
        outcome = await self._enqueue(command, actor, surface, command_id, words, None)
        assert outcome is not None
        return outcome

    async def drain(self) -> None:
        """Wait until all that was handed in is recorded, and what it began is in hand."""
        while self._scribe and not self._scribe.done():
            await asyncio.wait([self._scribe])

    def refused_beyond(self, closing: bool = False) -> list[tuple[str, int]]:
        """Who was refused more often than is recorded one by one, and how many times, in minutes that are over."""
        return self._recorder.refused_beyond(closing)

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
        self._waiting.append(Work(command, actor, surface, command_id, words, settled, answer))
        if self._scribe is None or self._scribe.done():
            self._scribe = asyncio.create_task(self._write_waiting())
        return await answer

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = one_a_subject(self._waiting)
            try:
                with self._outage.watched():
                    answers, page = await self._recorder.record(batch)
            except Exception as error:
                await self._one_by_one(batch, error)
            else:
                await self._recorded_now(batch, answers, page)

    async def _one_by_one(self, batch: Sequence[Work], error: Exception) -> None:
        """What one command can't have written must not hurt the others."""
        if len(batch) == 1 and not isinstance(error, (*LOST_RACE, DatabaseAway)):
            fail(batch[0], error)
            return
        for work in batch:
            if self._is_old(work):
                fail(work, error)
                continue
            try:
                answers, page = await self._persist(work)
            except Exception as failure:
                fail(work, failure)
            else:
                await self._recorded_now([work], answers, page)

    async def _recorded_now(
        self, batch: Sequence[Work], answers: Sequence[Outcome | None], page: WriteSet
    ) -> None:
        """Whoever clicked has their answer before it is looked up under which numbers effects were begun."""
        give(batch, answers)
        try:
            begun = await self._begun(page) if page.begun else []
        except Exception:
            log.exception(
                "what was begun at once couldn't be looked up; it is taken up when its claim has run out"
            )
            begun = []
        self._recorded(Recorded(tuple(begun), page.effects_due, page.next_due))

    async def _begun(self, page: WriteSet) -> list[ClaimedEffect]:
        async with self._store.asking() as connection:
            return await page.look_up_begun(connection)

    def _is_old(self, work: Work) -> bool:
        return time.monotonic() - work.since > self._giving_up

    async def _persist(self, work: Work) -> tuple[list[Outcome | None], WriteSet]:
        """A lost race is decided again: what another replica has written meanwhile may say otherwise.

        So is what was under way when the database went away: it may have been recorded all the same.
        """
        races = 0
        while True:
            try:
                with self._outage.watched():
                    return await self._recorder.record([work], careful=True)
            except DatabaseAway:
                if not self._outage.is_young:
                    raise
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
            except LOST_RACE:
                races += 1
                if races == RACES or self._is_old(work):
                    raise
