"""A few named duties on APScheduler, each woken at its next due instant or by a nudge.

A duty does what is due and returns the instant at which it has something to do next. Every replica runs
every duty; what they share is claimed in the database, so that none of it is done twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import func, select

from workflows import tables
from workflows.ledger import Ledger
from workflows.store import Store
from workflows.workflow import CLOCKWORK, TimePassed

log = logging.getLogger(__name__)

AT_ONCE = 256
"""Due subjects taken in one go."""
AGAIN = timedelta(seconds=1)
"""Until what is due and could not be advanced is tried again."""
BREATH = timedelta(milliseconds=10)
"""Between two runs of a duty that says it is due already: whatever is wrong, it doesn't spin."""


@dataclass(frozen=True)
class Duty:
    """`run` does what is due and returns when it is needed next; `at_least_every` bounds the wait, in
    seconds, for what another replica may have written. `first_after` so many seconds it runs first."""

    name: str
    run: Callable[[], Awaitable[datetime | None]]
    at_least_every: float
    first_after: float = 0.0


class Clockwork:
    """Runs the duties. A duty never overlaps itself; being woken during a run leads to one more run."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._duties: dict[str, Duty] = {}
        self._next: dict[str, datetime] = {}
        self._running: set[str] = set()
        # A duty schedules its next run at the end of the present one, which APScheduler still counts.
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"max_instances": 2})

    def start(self, *duties: Duty) -> None:
        """Start running the duties."""
        for duty in duties:
            self._duties[duty.name] = duty
            self._schedule(duty.name, self._now() + timedelta(seconds=duty.first_after))
        self._scheduler.start()

    async def stop(self) -> None:
        """Start no duty any more, and wait for those that run."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        while self._running:
            await asyncio.sleep(0.01)
        self._scheduler.shutdown(wait=False)

    def wake(self, name: str, at: datetime | None = None) -> None:
        """Run the duty by then, or now; it may already be due earlier."""
        if name not in self._duties:
            return
        at = at or self._now()
        if name not in self._next or at < self._next[name]:
            self._schedule(name, at)

    def _schedule(self, name: str, at: datetime) -> None:
        self._next[name] = at
        if name not in self._running:
            self._scheduler.add_job(
                self._run,
                "date",
                run_date=at,
                args=[name],
                id=name,
                replace_existing=True,
                misfire_grace_time=None,
            )

    async def _run(self, name: str) -> None:
        duty = self._duties[name]
        if name in self._running:
            return
        self._running.add(name)
        del self._next[name]
        due: datetime | None = None
        try:
            due = await duty.run()
        except Exception:
            log.exception("duty %s failed; it runs again within %s s", name, duty.at_least_every)
        finally:
            self._running.discard(name)
        latest = self._now() + timedelta(seconds=duty.at_least_every)
        planned = max(due, self._now() + BREATH) if due else latest
        self._schedule(name, min(latest, planned, self._next.get(name, latest)))


async def advance_due(store: Store, ledger: Ledger, now: datetime) -> datetime | None:
    """Tell each due subject that its time has come; return when the next one is due."""
    table = tables.subjects.c
    async with store.reading() as connection:
        due = list(
            await connection.scalars(
                select(table.id).where(table.due_at <= now).order_by(table.due_at).limit(AT_ONCE)
            )
        )
    advanced = await _all([ledger.handle(TimePassed(subject), CLOCKWORK, "clockwork") for subject in due])
    async with store.reading() as connection:
        next_due: datetime | None = await connection.scalar(select(func.min(table.due_at)))
    return next_due if advanced or next_due is None else max(next_due, now + AGAIN)


async def _all(deeds: list[Awaitable[object]]) -> bool:
    """Whether none of them failed."""
    outcomes = await asyncio.gather(*deeds, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for failure in failures:
        log.error("a due subject could not be advanced", exc_info=failure)
    return not failures
