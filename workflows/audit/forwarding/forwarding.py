"""Sends the log's events to one sink, in order. What fails is tried again, and blocks what comes after it."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ulid import ULID

from workflows.audit.forwarding.cursors import Cursors
from workflows.audit.forwarding.log_reader import LogReader
from workflows.audit.forwarding.sink import EventSink, Placed, Rejected
from workflows.ports import Permanent, Retryable

log = logging.getLogger(__name__)

EVENTS_PER_BATCH = 200
BATCHES_PER_RUN = 20
SEND_SECONDS = 30.0
CLAIM = timedelta(minutes=1)
"""For which a process that says nothing more keeps others from sending."""
BLOCKED = timedelta(minutes=10)
"""After which an alarm says that a sink takes nothing."""
FIRST_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 60.0
KEY = "event-sink:{name}"
Alarm = Callable[[str, str | None], Awaitable[None]]
"""Raises the alarm of this key with a sentence, or clears it."""
Skips = Callable[[str], Awaitable[int | None]]
"""The place that an operator lets this sink skip, if any."""


@dataclass
class Forwarding:
    """The job of one sink; each has its own, and none waits for another."""

    sink: EventSink
    cursors: Cursors
    reader: LogReader
    alarm: Alarm
    skips: Skips
    now: Callable[[], datetime]
    claim: timedelta = CLAIM
    first_pause: float = FIRST_PAUSE_SECONDS
    """Seconds until what failed once is tried again; it doubles with each failure, to a minute at most."""
    me: str = field(default_factory=lambda: str(ULID()))
    _batch: int = EVENTS_PER_BATCH
    _failures: int = 0
    _failing_since: datetime | None = None
    _paused_until: float = -math.inf
    """By the monotonic clock."""
    _alarmed: str | None = ""
    """What this process said last; "" if nothing yet, since an earlier one may have raised the alarm."""

    async def run(self) -> datetime | None:
        """Send what the sink doesn't have, until it has everything or something fails."""
        if time.monotonic() < self._paused_until:
            return None
        if await self.cursors.next_place(self.sink.name) >= await self.reader.size():
            return None
        now = self.now()
        place = await self.cursors.claim(self.sink.name, self.me, now, now + self.claim)
        if place is None:
            return None
        for _ in range(BATCHES_PER_RUN):
            events = await self.reader.events(place, self._batch)
            if not events:
                break
            if not await self._accepted(events):
                return None
            place = events[-1].index + 1
            until = self.now() + self.claim
            if not await self.cursors.advance(self.sink.name, self.me, place, until):
                log.warning("another process sends to the event sink %s by now", self.sink.name)
                return None
        await self.cursors.advance(self.sink.name, self.me, place, None)
        return self.now() if events else None

    async def _accepted(self, events: list[Placed]) -> bool:
        """Send them. After a failure they are tried one by one, so that what blocks is known by its place."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.sink.send(events)
        except (Retryable, Permanent, TimeoutError) as error:
            first = events[0]
            if await self.skips(self.sink.name) == first.index and len(events) == 1:
                log.warning("the event sink %s skips event %d", self.sink.name, first.index)
                await self._well()
                return True
            await self._failed(first, error, alone=len(events) == 1)
            return False
        self._batch = min(EVENTS_PER_BATCH, self._batch * 2)
        await self._well()
        return True

    async def _well(self) -> None:
        self._failures, self._failing_since = 0, None
        await self._say(None)

    async def _failed(self, first: Placed, error: Exception, alone: bool) -> None:
        why = str(error) or f"It didn't answer within {SEND_SECONDS:g} s."
        now = self.now()
        self._failing_since = self._failing_since or now
        self._batch = 1
        log.warning("the event sink %s didn't take event %d: %s", self.sink.name, first.index, why)
        if alone or not isinstance(error, Rejected):
            self._paused_until = time.monotonic() + self._pause(error)
        if isinstance(error, Rejected):
            if alone:
                await self._say(_rejects(self.sink.name, first, why))
        elif isinstance(error, Permanent) or now - self._failing_since >= BLOCKED:
            await self._say(_blocked(self.sink.name, first, why))

    def _pause(self, error: Exception) -> float:
        pause: float = min(MAX_PAUSE_SECONDS, self.first_pause * 2 ** min(self._failures, 16))
        self._failures += 1
        asked: float | None = error.pause if isinstance(error, Retryable) else None
        return max(pause, asked or 0.0)

    async def _say(self, sentence: str | None) -> None:
        if sentence != self._alarmed:
            await self.alarm(KEY.format(name=self.sink.name), sentence)
            self._alarmed = sentence


def _named(event: Placed) -> str:
    return f"event {event.index} ({event.leaf.action})" if event.leaf else f"event {event.index}"


def _rejects(name: str, event: Placed, why: str) -> str:
    return (
        f"The event sink {name} rejects {_named(event)}: {why} Events after it wait, and nothing is lost. Correct the "
        f"receiver; if it can never take this one, skip it with daypass audit skip-event {name} {event.index}."
    )


def _blocked(name: str, event: Placed, why: str) -> str:
    return (
        f"The event sink {name} doesn't take {_named(event)}: {why} Events after it wait, and nothing is lost. Daypass keeps "
        f"trying. If the receiver takes others and never this one, skip it with daypass audit skip-event {name} {event.index}."
    )
