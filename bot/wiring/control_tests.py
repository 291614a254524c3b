"""Control tests, joined: when they are due, what each of them tries, and the alarm if one didn't pass."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.web.api.access import MINT_WAIT_SECONDS
from bot.web.api.delivery import Waiting
from bot.wiring.core import Core
from bot.wiring.outside import Outside
from bot.wiring.workflows import BY_KIND
from workflows.access.canary import Asking, CanaryTest
from workflows.access.self_approval import try_self_approval
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.clockwork import PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Later, Performer
from workflows.ledger.outbox import Result as Performed
from workflows.ledger.rebuilding import Rebuilding
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.control_schedule import last_due
from workflows.ports import Minted, Permanent, Retryable
from workflows.system.alarms import KIND as ALARMS
from workflows.system.alarms import Alarm, changes
from workflows.system.control_tests.commands import ReportControlTest, StartControlTest
from workflows.system.control_tests.decide import RUN
from workflows.system.control_tests.state import KIND, TESTS, ControlTest, Result, TestName, control_test_id
from workflows.workflow import CLOCKWORK

EVERY_SECONDS = 60.0
SETTLING_SECONDS = 10.0
"""After the start, until people are known."""
POOL = Pool("control tests", workers=1, lingers=True)
MAX_SECONDS = 150.0
"""For one attempt: a credential made, tried, ended and confirmed, with some patience for each."""
MAX_ATTEMPTS = 3
OVERDUE_AFTER = timedelta(hours=1)
ALARM = "control-test:"
Test = Callable[[datetime, int], Awaitable[Result]]
"""A control test: the time that it was due, and the number of the attempt. Raises Retryable if it can't be tried now."""


@dataclass(frozen=True)
class ControlTesting:
    """Its parts, the job and the performer."""

    ledger: Ledger
    reads: Repository
    bundle: Callable[[], Bundle]
    now: Callable[[], datetime]
    tests: Mapping[TestName, Test]

    def jobs(self) -> tuple[PeriodicJob, ...]:
        return (PeriodicJob("run control tests", self.run, EVERY_SECONDS, first_after=SETTLING_SECONDS),)

    @property
    def performers(self) -> dict[str, Performer]:
        """Of the effect that runs a control test."""
        return {RUN: Performer(self._perform, POOL, MAX_SECONDS)}

    async def run(self) -> datetime | None:
        """Start what is due, and keep the alarms about what didn't pass true."""
        schedule = self.bundle().control_tests
        wanted = (
            [one for one in TESTS if one != "revocation" or (schedule and schedule.canary)]
            if schedule
            else []
        )
        found = await self.reads.find_all({KIND: ControlTest}, [control_test_id(one) for one in wanted])
        known = {one.test: one for one in found.values() if isinstance(one, ControlTest)}
        due_at = last_due(schedule, self.now()) if schedule else self.now()
        for test in wanted:
            if test not in known or known[test].due_at < due_at:
                command = StartControlTest(control_test_id(test), test, due_at)
                await self.ledger.handle(command, CLOCKWORK, "clockwork")
        await self._alarms(known)
        return None

    async def _alarms(self, known: Mapping[TestName, ControlTest]) -> None:
        sentences = {f"{ALARM}{one.test}": alarm_about(one, self.now()) for one in known.values()}
        wanted = {key: sentence for key, sentence in sentences.items() if sentence}
        raised = await self.reads.in_status(Alarm, ALARMS, ("raised",))
        running = {f"{ALARM}{one.test}" for one in known.values() if one.status == "running"}
        for command in changes((one for one in raised if one.key not in running), ALARM, wanted):
            await self.ledger.handle(command, CLOCKWORK, "clockwork")

    async def _perform(self, effect: ClaimedEffect) -> Performed:
        """Run it. What can't be tried by now is tried again, a few times; then it is recorded that it couldn't be."""
        test: TestName = effect.payload["test"]
        due_at = datetime.fromisoformat(effect.payload["due_at"])
        try:
            result = await self.tests[test](due_at, effect.attempts)
        except (Retryable, Permanent) as error:
            if isinstance(error, Retryable) and effect.attempts < MAX_ATTEMPTS:
                return Later(str(error), pause=error.pause)
            result = Result(outcome="interrupted", found=str(error))
        return Done(ReportControlTest(effect.subject, due_at, result))


def alarm_about(test: ControlTest, now: datetime) -> str | None:
    """What operators have to know of a control test; None if it passed, or runs."""
    if test.status == "failed":
        return f"A control test failed: {test.found} Don't rely on this control until you know why."
    if test.status == "interrupted":
        return f"A control test couldn't be finished, so it says nothing: {test.found} It runs again at the next scheduled time."
    if test.status == "running" and now - test.started_at > OVERDUE_AFTER:
        return f"The control test “{test.title}” has been running for more than an hour. The server's log says why."
    return None


def control_testing(core: Core, outside: Outside, waiting: Waiting) -> ControlTesting:
    """Join the tests that there are, each by its name."""

    def bundle() -> Bundle:
        return outside.known.bundle

    vault = outside.vault.credentials
    canary = CanaryTest(core.ledger, core.reads, outside.targets, _Handing(waiting), vault, bundle)
    rebuilding = Rebuilding(
        outside.store, outside.vault.signer, BY_KIND, lambda: bundle().settings.log_origin
    )

    async def self_approval(due_at: datetime, attempt: int) -> Result:
        return await asyncio.to_thread(try_self_approval, core.world(), outside.now())

    async def restore(due_at: datetime, attempt: int) -> Result:
        return await rebuilding.run()

    tests: dict[TestName, Test] = {
        "revocation": canary.run,
        "self-approval": self_approval,
        "restore": restore,
    }
    return ControlTesting(core.ledger, core.reads, bundle, outside.now, tests)


@dataclass(frozen=True)
class _Handing:
    """Hands a credential over to whoever asks in this process, as the API does."""

    waiting: Waiting

    async def handed(self, ask: Asking) -> Minted:
        with self.waiting.window() as (window, handed):
            await ask(window)
            try:
                return await asyncio.wait_for(handed, MINT_WAIT_SECONDS)
            except TimeoutError:
                raise Retryable("Vault took too long to create the canary's credential.") from None
