"""A month in figures: each number is what the requests of that month came to, and nothing private is among them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from bot.charts.charts import CHARTS, brief, draw_page, draw_spec
from bot.charts.drawing import draw_png, draw_svg
from tests.builders import MONDAY, Clock
from tests.people import ADA, EDSGER, GRACE, MARGARET
from workflows.access.break_glass.commands import ReviewBreakGlass, TakeAccess
from workflows.access.commands import RequestAccess, ReviewAccess, WithdrawAccess
from workflows.access.state import Access
from workflows.database.store import Store
from workflows.incidents.commands import DeclareIncident
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.schema.goals import Goals
from workflows.queries.figures.figures import FigureReader, Figures
from workflows.queries.figures.month import Month, month_of, read_month
from workflows.queries.figures.posture import posture
from workflows.queries.figures.spread import spread_of
from workflows.workflow import Actor

WHY = "to see why the churn model drifts since Monday"
MARCH = Month(2026, 3)
Count = Callable[[Month], Awaitable[Figures]]


@pytest.fixture
def count(store: Store, clock: Clock) -> Count:
    """The figures as they are now: a reader of its own each time keeps nothing."""
    return lambda month: FigureReader(Repository(store), clock).of(month)


def made(clock: Clock, kind: str = "acc") -> str:
    return f"{kind}_{ULID.from_datetime(clock())}"


async def requested(ledger: Ledger, clock: Clock, by: str = ADA) -> Access:
    command = RequestAccess(made(clock), "warehouse", 3600, WHY)
    outcome = await ledger.handle(command, Actor(by), "slack")
    assert outcome.refusal is None, outcome.refusal
    return outcome.state


async def decided(ledger: Ledger, state: Access, verdict: str, by: str = GRACE) -> None:
    reason = "not now, please" if verdict == "deny" else ""
    command = ReviewAccess(state.id, verdict, state.digest, state.terms.digest, reason)
    outcome = await ledger.handle(command, Actor(by), "slack")
    assert outcome.refusal is None, outcome.refusal


class TestAMonth:
    async def test_counts_each_request_once_and_what_it_cost(self, ledger, clock, count) -> None:
        for verdict, minutes in (("approve", 10), ("deny", 30)):
            state = await requested(ledger, clock)
            clock.at += timedelta(minutes=minutes)
            await decided(ledger, state, verdict)
        state = await requested(ledger, clock, EDSGER)
        clock.at += timedelta(minutes=2)
        await ledger.handle(WithdrawAccess(state.id), Actor(EDSGER), "slack")
        await requested(ledger, clock, EDSGER)
        clock.at += timedelta(minutes=3)
        found = (await count(MARCH)).access
        counts = found.decisions
        assert (counts.requested, counts.approved, counts.denied, counts.withdrawn, counts.waiting) == (
            4,
            1,
            1,
            1,
            1,
        )
        assert (counts.decided.count, counts.decided.middle, counts.decided.slow) == (2, 1200, 1800)
        assert counts.waited == 60 * (10 + 30 + 2 + 3)
        (one,) = found.by_entitlement
        assert (one.entitlement, one.decisions) == ("warehouse", counts)

    async def test_a_grant_without_a_credential_is_unused_once_it_is_over(self, ledger, clock, count) -> None:
        state = await requested(ledger, clock)
        await decided(ledger, state, "approve")
        clock.at += timedelta(minutes=30)
        held = (await count(MARCH)).access.holding
        assert (held.grants, held.held, held.unused, held.over) == (1, 1800, 0, 0), "it may still be used"
        (person,) = (await count(MARCH)).access.by_person
        assert (person.person, person.holding) == (ADA, held)

    async def test_break_glass_counts_apart_with_its_review(self, ledger, clock, count) -> None:
        take = TakeAccess(made(clock), "warehouse", 1_200, f"{WHY}, and customers see it")
        await ledger.handle(take, Actor(GRACE), "slack")
        found = (await count(MARCH)).access
        assert (found.break_glass.taken, found.break_glass.waiting, found.decisions.requested) == (1, 1, 0)
        verdict = ReviewBreakGlass(take.subject, "unjustified", "there was no emergency")
        await ledger.handle(verdict, Actor(EDSGER), "slack")
        assert (await count(MARCH)).access.break_glass.unjustified == 1

    async def test_nothing_private_is_counted_for_anyone(self, ledger, clock, count) -> None:
        for private in (True, False):
            command = DeclareIncident(made(clock, "inc"), "the payroll table leaked", "sev3", private=private)
            assert (await ledger.handle(command, Actor(MARGARET), "slack")).refusal is None
        (one,) = (await count(MARCH)).incidents.by_severity
        assert (one.severity, one.declared, one.open) == ("sev3", 1, 1)

    async def test_what_was_made_in_another_month_counts_there(self, ledger, clock, count) -> None:
        clock.at = MARCH.ends - timedelta(milliseconds=1)
        await requested(ledger, clock)
        clock.at = MARCH.ends
        await requested(ledger, clock, EDSGER)
        found = [await count(MARCH.later(n)) for n in (-1, 0, 1, 2)]
        assert [one.access.decisions.requested for one in found] == [0, 1, 1, 0]
        assert [one.empty for one in found] == [True, False, False, True]

    async def test_is_counted_again_only_after_a_while(self, ledger, clock, store) -> None:
        reader = FigureReader(Repository(store), clock)
        first = await reader.of(MARCH)
        await requested(ledger, clock)
        assert await reader.of(MARCH) is first


@given(st.lists(st.floats(0, 1e7, allow_nan=False), max_size=40))
def test_a_spread_is_of_what_was_measured(seconds: list[float]) -> None:
    spread = spread_of(seconds)
    assert spread.count == len(seconds)
    assert spread.middle <= spread.slow <= spread.slowest or len(seconds) < 2
    if seconds:
        assert spread.slow in seconds
        assert sum(one > spread.slow for one in seconds) <= 0.05 * len(seconds)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2900, 1, 1)), st.integers(-30, 30))
def test_each_moment_is_in_one_month_and_its_ids_are(at: datetime, months: int) -> None:
    at = at.replace(tzinfo=UTC)
    month = month_of(at)
    assert month.starts <= at < month.ends
    after, before = month.ids("acc")
    assert after <= f"acc_{ULID.from_datetime(at)}" < before
    assert read_month(str(month)) == month
    assert month.later(months).later(-months) == month
    assert month.later(1).ids("acc")[0] == before


@pytest.mark.parametrize(
    "typed", ["2026-13", "2026-00", "26-11", "1999-01", "2026-11-01", "x", "２０２６-11"]
)
def test_what_is_no_month_is_none(typed: str) -> None:
    assert read_month(typed) is None


class TestPosture:
    async def test_compares_the_newest_month_with_the_goals(self, ledger, clock, count) -> None:
        state = await requested(ledger, clock)
        clock.at += timedelta(minutes=10)
        await decided(ledger, state, "approve")
        months = [await count(MARCH.later(n)) for n in (-1, 0)]
        met = {one.measure.name: one for one in posture(months, Goals(decided_within="10m"))}
        assert (met["decided_within"].values, met["decided_within"].met) == ((None, 600), True)
        assert (met["break_glass_reviewed"].goal, met["break_glass_reviewed"].met) == (None, None)
        missed = {one.measure.name: one for one in posture(months, Goals(decided_within="9m"))}
        assert missed["decided_within"].met is False

    async def test_a_goal_with_nothing_to_measure_is_neither_met_nor_missed(self, clock, count) -> None:
        found = posture([await count(MARCH)], Goals(rolled_back_at_most=0, unused_at_most=0))
        assert {one.met for one in found} == {None}


class TestCharts:
    async def test_are_drawn_without_style_or_script_for_a_strict_page(self, ledger, clock, count) -> None:
        for verdict in ("approve", "deny"):
            state = await requested(ledger, clock)
            clock.at += timedelta(minutes=10)
            await decided(ledger, state, verdict)
        months = [await count(MARCH)]
        drawn = {
            name: await draw_svg(spec) for name, one in CHARTS.items() if (spec := draw_spec(one, months))
        }
        assert drawn.keys() == CHARTS.keys()
        for name, svg in drawn.items():
            assert svg.startswith("<svg"), name
            assert "<style" not in svg and "style=" not in svg and "<script" not in svg, name
        spec = draw_spec(CHARTS["waiting"], months)
        assert spec is not None
        assert (await draw_png(spec))[:8] == b"\x89PNG\r\n\x1a\n"
        assert CHARTS["waiting"].words(months) == "warehouse: 20m"

    @pytest.mark.parametrize(
        ("seconds", "amount", "unit"),
        [(90, 90, "seconds"), (1_200, 20, "minutes"), (9_000, 2.5, "hours"), (216_000, 2.5, "days")],
    )
    def test_bars_are_as_long_as_their_axes_say(self, seconds, amount, unit) -> None:
        row = {"what": "warehouse", "seconds": seconds, "label": ""}
        spec = CHARTS["waiting"].spec([row], ["Mar 2026"])
        assert spec["data"]["values"][0]["amount"] == amount
        assert spec["encoding"]["x"]["axis"]["title"].startswith(unit)

    async def test_all_are_on_one_page_that_has_their_look_once(self, ledger, clock, count) -> None:
        assert draw_page([await count(MARCH)]) is None
        state = await requested(ledger, clock)
        clock.at += timedelta(minutes=10)
        await decided(ledger, state, "approve")
        page = draw_page([await count(MARCH)])
        parts = [one for row in page["vconcat"] for one in row["hconcat"]]
        assert [one["title"] for one in parts] == [
            one.title for one in CHARTS.values() if draw_spec(one, [await count(MARCH)])
        ]
        assert not any("config" in one or "$schema" in one for one in parts)
        assert (await draw_png(page)).startswith(b"\x89PNG")

    async def test_what_nothing_happened_in_has_none(self, count) -> None:
        months = [await count(MARCH)]
        assert [draw_spec(one, months) for one in CHARTS.values()] == [None] * len(CHARTS)


@pytest.mark.parametrize(
    ("seconds", "spelled"),
    [(0, "0s"), (59.6, "1m"), (3_599, "59m 59s"), (5_461, "1h 31m"), (90_061, "1d 1h")],
)
def test_durations_are_as_exact_as_they_are_read(seconds: float, spelled: str) -> None:
    assert brief(seconds) == spelled


def test_march_is_where_the_clock_stands() -> None:
    assert month_of(MONDAY) == MARCH
