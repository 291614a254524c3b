"""Jobs run when they are due, again after a failure, and never over each other; the due is done once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.builders import replicas
from tests.spine.tally import count, rows, tally_ledger, total
from workflows.ledger.clockwork import MIN_DELAY, RETRY_DELAY, Clockwork, PeriodicJob, advance_due

A_LONG_TIME = 3_600.0


class Work:
    """A job's work: notes when each run began, and takes until it is let go if it is held."""

    def __init__(self) -> None:
        self.began: list[datetime] = []
        self.at_once = 0
        self.most_at_once = 0
        self.go = asyncio.Event()
        self.go.set()
        self.faults: list[Exception] = []
        self.again: list[datetime | None] = []

    @property
    def runs(self) -> int:
        return len(self.began)

    async def __call__(self) -> datetime | None:
        self.began.append(utc_now())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.go.wait()
        finally:
            self.at_once -= 1
        if self.faults:
            raise self.faults.pop()
        return self.again.pop() if self.again else None

    async def has_run(self, times: int) -> None:
        async with asyncio.timeout(30):
            while self.runs < times or (self.at_once and self.go.is_set()):
                await asyncio.sleep(0.001)


def utc_now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def clockwork() -> AsyncIterator[Clockwork]:
    running = Clockwork(utc_now)
    yield running
    await running.stop()


@pytest.fixture
def work() -> Work:
    return Work()


class TestAJob:
    async def test_runs_at_the_start_and_then_waits(self, clockwork, work):
        clockwork.start(PeriodicJob("work", work, A_LONG_TIME))
        await work.has_run(1)
        await asyncio.sleep(0.03)
        assert work.runs == 1

    async def test_runs_again_when_it_said_it_would_be_due(self, clockwork, work):
        work.again = [utc_now(), utc_now() + timedelta(milliseconds=20)]
        clockwork.start(PeriodicJob("work", work, A_LONG_TIME))
        await work.has_run(3)

    async def test_runs_at_least_so_often(self, clockwork, work):
        work.again = [utc_now() + timedelta(days=1)]
        clockwork.start(PeriodicJob("work", work, 0.02))
        await work.has_run(3)

    async def test_runs_again_after_it_has_failed(self, clockwork, work):
        work.faults = [ZeroDivisionError(), ConnectionError()]
        clockwork.start(PeriodicJob("work", work, 0.02))
        await work.has_run(3)

    async def test_runs_when_it_is_woken(self, clockwork, work):
        clockwork.start(PeriodicJob("work", work, A_LONG_TIME))
        for runs in range(1, 20):
            await work.has_run(runs)
            clockwork.wake("work")
        await work.has_run(20)

    async def test_runs_when_it_is_woken_for_later(self, clockwork, work):
        clockwork.start(PeriodicJob("work", work, A_LONG_TIME))
        await work.has_run(1)
        due = utc_now() + timedelta(milliseconds=20)
        clockwork.wake("work", due)
        clockwork.wake("work", utc_now() + timedelta(hours=1))
        await work.has_run(2)
        assert work.began[1] >= due

    async def test_runs_once_more_when_it_is_woken_during_a_run(self, clockwork, work):
        clockwork.start(PeriodicJob("work", work, A_LONG_TIME))
        await work.has_run(1)
        for runs in range(2, 12):
            work.go.clear()
            clockwork.wake("work")
            await work.has_run(runs * 2 - 2)
            for _ in range(5):
                clockwork.wake("work")
            work.go.set()
            await work.has_run(runs * 2 - 1)
        await asyncio.sleep(0.03)
        assert work.runs == 21
        assert work.most_at_once == 1

    async def test_that_is_always_due_leaves_others_some_air(self, clockwork, work):
        work.again = [utc_now()] * 1_000
        clockwork.start(PeriodicJob("work", work, A_LONG_TIME))
        await work.has_run(5)
        assert all(later - earlier >= MIN_DELAY for earlier, later in pairwise(work.began))

    async def test_is_finished_before_the_clockwork_stops(self, clockwork, work):
        finished: list[bool] = []

        async def write() -> None:
            await work()
            finished.append(True)

        clockwork.start(PeriodicJob("work", write, A_LONG_TIME))
        await work.has_run(1)
        work.go.clear()
        clockwork.wake("work")
        await work.has_run(2)

        stopping = asyncio.create_task(clockwork.stop())
        await asyncio.sleep(0.02)
        assert not stopping.done()
        work.go.set()
        await stopping
        assert finished == [True, True]

        clockwork.wake("work")
        await asyncio.sleep(0.02)
        assert work.runs == 2

    async def test_that_is_unknown_is_not_woken(self, clockwork, work):
        clockwork.wake("work")
        clockwork.start(PeriodicJob("work", work, A_LONG_TIME))
        await work.has_run(1)


class WallClock:
    """The time of day, as somebody has set it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


class TestWhenTheClockIsSet:
    @pytest.fixture
    def wall(self) -> WallClock:
        return WallClock()

    @pytest.fixture
    async def clockwork(self, wall: WallClock) -> AsyncIterator[Clockwork]:
        self.steps: list[timedelta] = []

        async def note(step: timedelta) -> None:
            self.steps.append(step)

        running = Clockwork(wall, note)
        yield running
        await running.stop()

    @pytest.mark.parametrize("seconds", [-3_600, -30, 30, 3_600, 31_536_000, -31_536_000])
    async def test_every_job_keeps_its_cadence(self, clockwork, wall, seconds):
        others = [Work() for _ in range(5)]
        clockwork.start(*(PeriodicJob(f"{n}", work, 0.02) for n, work in enumerate(others)))
        for work in others:
            await work.has_run(2)
        wall.ahead = timedelta(seconds=seconds)
        ran = [work.runs for work in others]
        for work, before in zip(others, ran, strict=True):
            await work.has_run(before + 3)

    async def test_a_job_that_waits_for_a_time_of_day_that_went_away_runs_by_its_cadence(
        self, clockwork, wall, work
    ):
        work.again = [wall() + timedelta(milliseconds=50)]
        clockwork.start(PeriodicJob("work", work, 0.3))
        await work.has_run(1)
        wall.ahead = -timedelta(hours=1)
        async with asyncio.timeout(10):
            await work.has_run(2)

    async def test_forward_what_has_come_due_runs_as_soon_as_it_is_noticed(self, clockwork, wall, work):
        work.again = [wall() + timedelta(minutes=30)]
        clockwork.start(PeriodicJob("work", work, A_LONG_TIME), PeriodicJob("another", Work(), 0.02))
        await work.has_run(1)
        wall.ahead = timedelta(hours=1)
        async with asyncio.timeout(10):
            await work.has_run(2)

    async def test_it_is_told_once_by_how_much(self, clockwork, wall, work):
        clockwork.start(PeriodicJob("work", work, 0.02))
        for ahead in (timedelta(hours=-1), timedelta(hours=-1), timedelta(days=400), timedelta(seconds=0.3)):
            before = work.runs
            wall.ahead = ahead
            await work.has_run(before + 3)
        assert [round(step.total_seconds()) for step in self.steps] == [-3_600, 34_563_600, -34_560_000]


class TestWhatIsDue:
    async def test_is_advanced_once_and_the_rest_is_left_alone(self, store, ledger, clock):
        await count(ledger, "tly_past", due_at=clock.at - timedelta(seconds=1))
        await count(ledger, "tly_now", due_at=clock.at)
        await count(ledger, "tly_later", due_at=clock.at + timedelta(hours=1))
        await count(ledger, "tly_never")

        assert await advance_due(store, ledger, clock.at) == clock.at + timedelta(hours=1)
        assert await advance_due(store, ledger, clock.at) == clock.at + timedelta(hours=1)

        totals = {name: await total(store, f"tly_{name}") for name in ("past", "now", "later", "never")}
        assert totals == {"past": 101, "now": 101, "later": 1, "never": 1}
        last = (await rows(store, "events"))[-1]
        assert (last.actor, last.surface) == ("daypass:clockwork", "clockwork")

    async def test_is_nothing_in_an_empty_database(self, store, ledger, clock):
        assert await advance_due(store, ledger, clock.at) is None

    async def test_is_advanced_once_though_two_replicas_look(self, postgres_database, world, clock):
        async with replicas(postgres_database.url) as stores:
            ledgers = [tally_ledger(store, world, clock) for store in stores]
            for n in range(100):
                await count(ledgers[0], f"tly_{n}", due_at=clock.at)

            await asyncio.gather(
                *(advance_due(*replica, clock.at) for replica in zip(stores, ledgers, strict=True))
            )

            assert {row.version for row in await rows(stores[0], "subjects")} == {2}
            assert {await total(stores[0], f"tly_{n}") for n in range(100)} == {101}

    async def test_is_advanced_although_one_of_them_fails(self, store, ledger, clock):
        for n in range(3):
            await count(ledger, f"tly_{n}", due_at=clock.at, fact="cursed" if n == 1 else "")

        assert await advance_due(store, ledger, clock.at) == clock.at + RETRY_DELAY, "it doesn't spin on it"

        assert [row.version for row in await rows(store, "subjects")] == [2, 1, 2]
