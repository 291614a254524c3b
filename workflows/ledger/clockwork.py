"""A few named jobs on APScheduler, each woken at its next due instant or by a nudge, by the monotonic clock.

A job does what is due and returns the instant at which it has something to do next. Every replica runs
every job; what they share is claimed in the database, so that none of it is done twice.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import func, select

from workflows.database import tables
from workflows.database.outage import DatabaseAway
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.workflow import CLOCKWORK, TimePassed

log = logging.getLogger(__name__)

SUBJECTS_PER_RUN = 256
"""Due subjects taken in one go."""
RETRY_DELAY = timedelta(seconds=1)
"""Until what is due and could not be advanced is tried again."""
MIN_DELAY = timedelta(milliseconds=10)
"""Between two runs of a job that says it is due already: whatever is wrong, it doesn't spin."""
GAP_SECONDS = 0.02
"""Between two runs of a job: when much happens at once, it does in one run what would have been several."""
MIN_CLOCK_STEP = timedelta(seconds=1)
"""From how large a step on the clock on the wall counts as set. What slews it is slower than that."""
LONG_DUE = datetime(2000, 1, 1, tzinfo=UTC)
"""Before anything that a clock may be set to."""


@dataclass(frozen=True)
class PeriodicJob:
    """`run` does what is due and returns when it is needed next; `at_least_every` bounds the wait, in
    seconds, for what another replica may have written. `first_after` so many seconds it runs first."""

    name: str
    run: Callable[[], Awaitable[datetime | None]]
    at_least_every: float
    first_after: float = 0.0


@dataclass
class _Plan:
    """When a job runs next: at `latest` by the loop's clock, or sooner, at `due` by the clock on the wall."""

    latest: float = math.inf
    due: datetime | None = None
    not_before: float = -math.inf
    """By the loop's clock: what woke it over and over meanwhile is done in one go then."""


class Clockwork:
    """Runs the jobs. A job never overlaps itself; being woken during a run leads to one more run.

    Waiting goes by the loop's clock, which nobody can set. What is due by the clock on the wall is worked
    out anew as soon as that clock is seen to have been set, and `clock_set` hears by how much.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        clock_set: Callable[[timedelta], Awaitable[None]] | None = None,
    ) -> None:
        self._now = now
        self._clock_set = clock_set
        self._offset: timedelta | None = None
        self._jobs: dict[str, PeriodicJob] = {}
        self._plans: dict[str, _Plan] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._running: set[str] = set()
        self._away: str | None = None
        """What the jobs were last told of a database that is away."""
        # A job schedules its next run at the end of the present one, which APScheduler still counts.
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"max_instances": 2})

    def start(self, *jobs: PeriodicJob) -> None:
        """Start running the jobs."""
        self._step()
        for job in jobs:
            assert job.name not in self._jobs, f"two jobs are called “{job.name}”"
            self._jobs[job.name] = job
            self._plans[job.name] = _Plan(_loop_time() + job.first_after)
            self._set_timer(job.name)
        self._scheduler.start()

    async def stop(self) -> None:
        """Start no job any more, and wait for those that run."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        while self._running:
            await asyncio.sleep(0.01)
        for timer in self._timers.values():
            timer.cancel()
        self._scheduler.shutdown(wait=False)

    def wake(self, name: str, at: datetime | None = None) -> None:
        """Run the job by then, or now; it may already be due earlier."""
        if name not in self._jobs:
            return
        plan, at = self._plans[name], at or self._now()
        if plan.due is None or at < plan.due:
            plan.due = at
            self._set_timer(name)

    def _set_timer(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()
        if name in self._running:
            return
        plan = self._plans[name]
        at = plan.latest if plan.due is None else min(plan.latest, self._by_loop(plan.due))
        at = max(at, plan.not_before)
        self._timers[name] = asyncio.get_running_loop().call_at(at, self._begin, name)

    def _by_loop(self, due: datetime) -> float:
        wait = (due - self._now()).total_seconds()
        return _loop_time() + max(0.0, wait)

    def _begin(self, name: str) -> None:
        """Hand it to APScheduler as long due, so that it runs now whatever the clock on the wall says."""
        self._scheduler.add_job(
            self._run,
            "date",
            run_date=LONG_DUE,
            args=[name],
            id=name,
            replace_existing=True,
            misfire_grace_time=None,
        )

    async def _run(self, name: str) -> None:
        job = self._jobs[name]
        if name in self._running:
            return
        self._running.add(name)
        self._plans[name] = _Plan()
        due: datetime | None = None
        try:
            await self._notice_the_clock()
            due = await job.run()
        except DatabaseAway as error:
            self._tell_away(error)
        except Exception:
            log.exception("job %s failed; it runs again within %s s", name, job.at_least_every)
        else:
            self._away = None
        finally:
            self._running.discard(name)
        plan = self._plans[name]
        plan.latest = _loop_time() + job.at_least_every
        plan.not_before = _loop_time() + GAP_SECONDS
        if due:
            plan.due = _earlier(plan.due, max(due, self._now() + MIN_DELAY))
        self._set_timer(name)

    def _tell_away(self, error: DatabaseAway) -> None:
        """Once for all jobs, which meet it over and over."""
        if self._away != str(error):
            log.warning("%s (%s)", error, error.reason)
        self._away = str(error)

    async def _notice_the_clock(self) -> None:
        step = self._step()
        if abs(step) < MIN_CLOCK_STEP:
            return
        log.warning("the clock was set by %.1f s", step.total_seconds())
        for name in self._jobs:
            self._set_timer(name)
        if self._clock_set:
            await self._clock_set(step)

    def _step(self) -> timedelta:
        """By how much the clock on the wall has moved against the loop's since the last look."""
        offset = self._now() - LONG_DUE - timedelta(seconds=_loop_time())
        step = offset - self._offset if self._offset is not None else timedelta()
        if self._offset is None or abs(step) >= MIN_CLOCK_STEP:
            self._offset = offset
        return step


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)


async def advance_due(store: Store, ledger: Ledger, now: datetime) -> datetime | None:
    """Tell each due subject that its time has come; return when the next one is due."""
    table = tables.subjects.c
    async with store.asking() as connection:
        due = list(
            await connection.scalars(
                select(table.id).where(table.due_at <= now).order_by(table.due_at).limit(SUBJECTS_PER_RUN)
            )
        )
    advanced = await _all([ledger.handle(TimePassed(subject), CLOCKWORK, "clockwork") for subject in due])
    async with store.asking() as connection:
        next_due: datetime | None = await connection.scalar(select(func.min(table.due_at)))
    return next_due if advanced or next_due is None else max(next_due, now + RETRY_DELAY)


async def _all(deeds: list[Awaitable[object]]) -> bool:
    """Whether none of them failed."""
    outcomes = await asyncio.gather(*deeds, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for failure in failures:
        log.error("a due subject could not be advanced", exc_info=failure)
    return not failures
