"""Looks at live metrics by itself, at planned times and on a schedule, and reports a verdict that may have changed.

How often a check failed in a row, and when it was looked at last, is known to this process alone: a look that changes
nothing leaves no trace. After a restart, looks are counted anew.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from workflows.ledger.clockwork import PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.schema.live_checks import LiveCheckTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.commands import ReportLiveCheck
from workflows.releases.gates.gate import Result, Verdict
from workflows.releases.live_checks.decide import watched
from workflows.releases.live_checks.evaluate import evaluate_live
from workflows.releases.live_checks.source import LiveSources, Look, Measured
from workflows.releases.state import KIND, Release
from workflows.workflow import CLOCKWORK

log = logging.getLogger(__name__)

JOB = "look at live metrics"
AT_ONCE = 8
"""Checks that are looked at at once, at most."""
LOOK_SECONDS = 30.0
"""In which a look has to be done."""
RETRY = timedelta(seconds=60)
"""Until a check that is only looked at at planned times is looked at again, while it doesn't pass."""
NOT_SET_UP = "{source} isn't set up. Ask an operator to set DAYPASS_LIVE_METRICS."

Key = tuple[str, str, str]
"""Release, when it last went live, and check."""


@dataclass(frozen=True)
class Streak:
    """Looks in a row that came out alike; the last one was at `at`."""

    verdict: Verdict
    looks: int
    since: datetime
    at: datetime


@dataclass
class LiveCheckJobs:
    """Its parts, and the job."""

    ledger: Ledger
    reads: Repository
    sources: LiveSources
    now: Callable[[], datetime]
    every_seconds: float
    _streaks: dict[Key, Streak] = field(default_factory=dict)

    def jobs(self) -> tuple[PeriodicJob, ...]:
        return (PeriodicJob(JOB, self.run, at_least_every=self.every_seconds),)

    async def run(self) -> datetime | None:
        """Look at what is due, and return when anything is due next; None if nothing is."""
        now = self.now()
        checks = {
            (state.id, str(state.moved_at), check.name): (state, check)
            for state in await self.reads.in_status(Release, KIND, ("live", "evaluated"))
            if watched(state)
            for check in state.terms.live_checks
        }
        self._streaks = {key: one for key, one in self._streaks.items() if key in checks}
        room = asyncio.Semaphore(AT_ONCE)

        async def look(key: Key, state: Release, check: LiveCheckTerms) -> None:
            async with room:
                await self._look(key, state, check, now)

        due = {key: one for key, one in checks.items() if self._is_due(key, *one, now)}
        await asyncio.gather(*(look(key, *one) for key, one in due.items()))
        return min(filter(None, (self._next(key, *one) for key, one in checks.items())), default=None)

    def _is_due(self, key: Key, state: Release, check: LiveCheckTerms, now: datetime) -> bool:
        at = self._next(key, state, check)
        return at is not None and at <= now

    def _next(self, key: Key, state: Release, check: LiveCheckTerms) -> datetime | None:
        streak = self._streaks.get(key)
        return next_look(check, state.live_at, streak)

    async def _look(self, key: Key, state: Release, check: LiveCheckTerms, now: datetime) -> None:
        result = await read_check(self.sources, state, check, now)
        streak = following(self._streaks.get(key), result, now)
        self._streaks[key] = streak
        report = ReportLiveCheck(state.id, check.name, state.version, result, streak.looks, streak.since)
        if is_to_report(state, check, report):
            await self.ledger.handle(report, CLOCKWORK, "clockwork")


def next_look(check: LiveCheckTerms, live_at: datetime | None, streak: Streak | None) -> datetime | None:
    """When the check is to be looked at next, after its last look; None if never again."""
    if live_at is None:
        return None
    planned = [live_at + timedelta(seconds=after) for after in check.at]
    if check.every is not None:
        planned.append(_on_schedule(check.every, live_at, streak))
    if streak is None:
        return min(planned)
    found = [one for one in planned if one > streak.at]
    if check.every is None and streak.verdict != "passed":
        found.append(streak.at + RETRY)
    return min(found, default=None)


def _on_schedule(every: int, live_at: datetime, streak: Streak | None) -> datetime:
    return (streak.at if streak else live_at) + timedelta(seconds=every)


def following(streak: Streak | None, result: Result, now: datetime) -> Streak:
    """The streak after one more look."""
    if streak is None or streak.verdict != result.verdict:
        return Streak(result.verdict, 1, now, now)
    return replace(streak, looks=streak.looks + 1, at=now)


def is_to_report(state: Release, check: LiveCheckTerms, report: ReportLiveCheck) -> bool:
    """Whether it would change anything; what wouldn't isn't even asked of the ledger."""
    known = state.live_check(check.name)
    if known is not None and known.result.verdict == report.result.verdict:
        return False
    return report.result.verdict == "passed" or report.looks >= check.failures


async def read_check(sources: LiveSources, state: Release, check: LiveCheckTerms, now: datetime) -> Result:
    """Read the metric of what is live, and of the version before if the two are compared, as of the same moment."""
    look = Look(check, state.terms.service, state.terms.model, state.version, now)
    if check.worse_by is None or state.replaces is None:
        return evaluate_live(check, await measure(sources, look))
    found, before = await asyncio.gather(
        measure(sources, look), measure(sources, replace(look, version=state.replaces))
    )
    return evaluate_live(check, found, before, state.replaces)


async def measure(sources: LiveSources, look: Look, seconds: float = LOOK_SECONDS) -> Measured:
    """What was read, or why nothing can be; it never raises on account of a source."""
    source = sources.get(look.check.source)
    if source is None:
        return Measured(trouble=NOT_SET_UP.format(source=look.check.source))
    try:
        async with asyncio.timeout(seconds):
            return await source.read(look)
    except (Retryable, Permanent) as error:
        return Measured(trouble=str(error))
    except TimeoutError:
        return Measured(trouble=f"{look.check.source} didn't answer within {seconds:g} seconds.")
