"""Schedules that are kept elsewhere are read again and again; what is too old is known by nobody, and said so."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.wiring.on_call import OnCallReadings
from bot.wiring.world import PolicyAndPeople
from integrations.on_call import Window
from tests.builders import MONDAY, Clock
from tests.policy.conftest import NAMES, Change
from workflows.policy.on_call import Span
from workflows.policy.schema.on_call import OnCallBlock
from workflows.ports import Permanent, Person, Retryable

STALE_SECONDS = 900.0
PEOPLE = {f"U{name.upper()}": Person(f"U{name.upper()}", name, f"{name}@northwind.example") for name in NAMES}
RADIA, GRACE = "radia@northwind.example", "grace@northwind.example"


class Pager:
    """A system that says what it is told to, and counts how often it is asked."""

    def __init__(self) -> None:
        self.spans: tuple[Span, ...] = (Span(RADIA),)
        self.trouble: Exception | None = None
        self.asked: list[tuple[str | None, Window]] = []
        self.silent: str | None = None
        """The schedule about which it never answers."""
        self.waits = asyncio.Event()

    async def read(self, schedule: OnCallBlock, window: Window) -> tuple[Span, ...]:
        self.asked.append((schedule.pagerduty, window))
        if schedule.pagerduty == self.silent:
            self.waits.set()
            await asyncio.Event().wait()
        if self.trouble:
            raise self.trouble
        return self.spans


class Reading:
    """Daypass's knowledge of who is on call, over a pager, with clocks that the test moves."""

    def __init__(self, bundle: Path) -> None:
        self.clock, self.monotonic, self.pager = Clock(MONDAY), 0.0, Pager()
        self.known = PolicyAndPeople(bundle, {}, self.clock)
        self.known.know(PEOPLE, {}, frozenset())
        self.readings = OnCallReadings(
            {"pagerduty": self.pager.read}, self.known, self.clock, STALE_SECONDS, lambda: self.monotonic
        )

    async def after(self, seconds: float, ahead: float | None = None) -> None:
        """So many seconds pass, by the clock on the wall `ahead`, and the job runs."""
        self.monotonic += seconds
        self.clock.forward(seconds=seconds if ahead is None else ahead)
        await self.readings.run()

    @property
    def on_call(self) -> frozenset[str]:
        return self.known.world().directory.members("ranking-on-call")


@pytest.fixture
def reading(change: Change) -> Callable[[], Reading]:
    written = "\n".join(
        ["on_call:", "  ranking:", "    title: Ranking on call", "    pagerduty: PI7DH85", ""]
    )
    return lambda: Reading(change("on-call.yaml", "", written))


async def test_nothing_is_said_to_be_wrong_before_it_was_read(reading: Callable[[], Reading]) -> None:
    here = reading()
    assert here.known.reads_who_is_on_call
    await here.readings.run()
    assert not here.known.reads_who_is_on_call
    assert here.on_call == {"URADIA"}
    assert here.known.nobody_on_call is None


async def test_is_asked_once_a_minute_for_as_long_as_a_reading_counts(reading: Callable[[], Reading]) -> None:
    here = reading()
    for seconds in (0, 5, 50, 5, 5):
        await here.after(seconds)
    (_, first), (schedule, second) = here.pager.asked
    assert schedule == "PI7DH85"
    assert second.since - first.since == timedelta(seconds=60)
    assert first.until - first.since == timedelta(seconds=STALE_SECONDS)


async def test_a_hand_over_is_followed_to_the_second(reading: Callable[[], Reading]) -> None:
    here, at = reading(), MONDAY + timedelta(seconds=30)
    here.pager.spans = (Span(RADIA, None, at), Span(GRACE, at, None))
    await here.readings.run()
    here.clock.forward(seconds=29)
    assert here.on_call == {"URADIA"}
    here.clock.forward(seconds=1)
    assert here.on_call == {"UGRACE"}


@pytest.mark.parametrize(
    "trouble", [Retryable("PagerDuty can't be reached."), Permanent("PagerDuty has no such schedule.")]
)
async def test_what_can_t_be_read_counts_until_it_is_too_old_and_then_nobody_is(
    reading: Callable[[], Reading], trouble: Exception
) -> None:
    here = reading()
    await here.readings.run()
    here.pager.trouble = trouble
    await here.after(STALE_SECONDS - 1)
    assert here.on_call == {"URADIA"}
    assert here.known.nobody_on_call is None
    await here.after(1)
    assert here.on_call == frozenset()
    assert here.known.nobody_on_call == (
        "Nobody can be reached on call: who is on call by the schedule ranking can't be told, so the group "
        f"ranking-on-call is empty ({trouble}). A stage's other approvers decide instead."
    )
    here.pager.trouble = None
    await here.after(300)
    assert here.on_call == {"URADIA"}


async def test_a_clock_that_is_set_back_makes_no_reading_younger(reading: Callable[[], Reading]) -> None:
    here = reading()
    await here.readings.run()
    here.pager.trouble = Retryable("PagerDuty can't be reached.")
    await here.after(STALE_SECONDS, ahead=-3_600)
    assert here.on_call == frozenset()


async def test_it_waits_for_as_long_as_it_is_asked_to(reading: Callable[[], Reading]) -> None:
    here = reading()
    busy = Retryable("PagerDuty is unavailable right now.")
    busy.pause = 120
    here.pager.trouble = busy
    await here.readings.run()
    await here.after(119)
    assert len(here.pager.asked) == 1
    await here.after(1)
    assert len(here.pager.asked) == 2


async def test_a_schedule_that_the_bundle_changes_is_read_at_once_and_one_it_drops_no_more(
    reading: Callable[[], Reading], change: Change
) -> None:
    here = reading()
    await here.readings.run()
    change("on-call.yaml", "PI7DH85", "PNEWONE")
    here.known.reload_bundle()
    await here.after(5)
    assert [schedule for schedule, _ in here.pager.asked] == ["PI7DH85", "PNEWONE"]
    change(
        "on-call.yaml",
        "pagerduty: PNEWONE",
        "rota: {people: [grace@northwind.example], begins: 2026-02-02T09:00, zone: UTC}",
    )
    here.known.reload_bundle()
    await here.after(60)
    assert len(here.pager.asked) == 2
    assert here.on_call == {"UGRACE"}


async def test_whoever_is_on_call_and_unknown_in_slack_is_in_no_group(reading: Callable[[], Reading]) -> None:
    here = reading()
    here.pager.spans = (Span("PagerDuty's user PT23IWX"), Span("stranger@elsewhere.example"))
    await here.readings.run()
    assert here.on_call == frozenset()
    assert "stranger@elsewhere.example is on call" in (here.known.nobody_on_call or "")


async def test_a_reader_that_breaks_leaves_the_schedule_unknown_and_nothing_else(
    reading: Callable[[], Reading],
) -> None:
    here = reading()
    here.pager.trouble = ZeroDivisionError()
    await here.readings.run()
    assert not here.known.reads_who_is_on_call
    assert "Daypass couldn't read it; its log says more." in (here.known.nobody_on_call or "")


async def test_what_was_read_is_kept_when_there_is_no_time_for_the_rest(change: Change) -> None:
    written = "\n".join(
        [
            "on_call:",
            *("  ranking:", "    title: Ranking on call", "    pagerduty: PI7DH85"),
            *("  other:", "    title: Another one", "    pagerduty: PSLOW"),
            "",
        ]
    )
    here = Reading(change("on-call.yaml", "", written))
    here.pager.silent = "PSLOW"
    running = asyncio.create_task(here.readings.run())
    await here.pager.waits.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert here.on_call == {"URADIA"}
    assert here.known.reads_who_is_on_call
