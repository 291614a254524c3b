"""Nobody fills the log, the cards or anybody's messages: what one person has open, begins and is refused is bounded."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from ulid import ULID

from bot.wiring.workflows import WORKFLOWS
from tests.access.story import WHY
from tests.builders import Clock
from tests.people import ADA, BARBARA, GRACE
from workflows.access.commands import RequestAccess, ReviewAccess, WithdrawAccess
from workflows.access.state import KIND
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.ledger.rate_limits import Limits, Refusals
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.system.rejected_requests import refused_beyond
from workflows.workflow import HTTP, Actor, World

LIMITS = Limits(pending=3, started_per_hour=5, refusals_per_minute=4)


@pytest.fixture
def ledger(store: Store, world: World, clock: Clock) -> Ledger:
    return Ledger(store, WORKFLOWS, lambda: world, clock, limits=LIMITS)


async def ask(ledger: Ledger, clock: Clock, who: str = ADA) -> Outcome:
    command = RequestAccess(f"{KIND}_{ULID.from_datetime(clock())}", "warehouse", 3_600, WHY, None)
    return await ledger.handle(command, Actor(who), "test")


def code(outcome: Outcome) -> str:
    return outcome.refusal.code if outcome.refusal else ""


async def refusals(reads: Repository, subject: str) -> int:
    return len([one for one in await reads.story(subject) if one.action.endswith(".refused")])


async def test_so_many_may_be_pending_and_withdrawing_one_makes_room(ledger: Ledger, clock: Clock) -> None:
    asked = [await ask(ledger, clock) for _ in range(4)]
    assert [code(one) for one in asked] == ["", "", "", "too-many-pending"]
    assert asked[3].refusal and "3 open already" in asked[3].refusal.sentence
    assert code(await ask(ledger, clock, GRACE)) == "", "somebody else isn't held up"
    await ledger.handle(WithdrawAccess(asked[0].subject), Actor(ADA), "test")
    assert code(await ask(ledger, clock)) == ""


async def test_so_many_may_be_begun_within_an_hour_whatever_becomes_of_them(
    ledger: Ledger, clock: Clock
) -> None:
    codes = []
    for _ in range(6):
        asked = await ask(ledger, clock)
        codes.append(code(asked))
        await ledger.handle(WithdrawAccess(asked.subject), Actor(ADA), "test")
        clock.forward(minutes=1)
    assert codes == ["", "", "", "", "", "too-many-started"]
    clock.forward(hours=1)
    assert code(await ask(ledger, clock)) == ""


async def test_refusals_beyond_the_limit_are_one_event_with_their_number(
    ledger: Ledger, clock: Clock, store: Store
) -> None:
    reads, asked = Repository(store), await ask(ledger, clock)
    review = ReviewAccess(asked.subject, "approve", "x", "x")
    for _ in range(50):
        assert code(await ledger.handle(review, Actor(BARBARA), "test")) == "not-an-approver"
    assert code(await ledger.handle(review, Actor(ADA), "test")) == "own-request"
    assert await refusals(reads, asked.subject) == LIMITS.refusals_per_minute + 1
    assert ledger.refused_beyond() == []
    clock.forward(minutes=1)
    assert ledger.refused_beyond() == [(BARBARA, 46)]
    assert ledger.refused_beyond() == []
    await ledger.handle(refused_beyond(BARBARA, 46), HTTP, "ledger")
    (said,) = await counted(store)
    assert f"It came from {BARBARA} (46 times)" in said


async def counted(store: Store) -> list[str]:
    """The sentences of such events."""
    query = "SELECT t.text FROM events e JOIN texts t ON t.event = e.id WHERE e.action = 'http.refused'"
    async with store.read_transaction() as connection:
        return list(await connection.scalars(text(query)))


async def test_many_at_once_are_no_way_around_it(ledger: Ledger, clock: Clock) -> None:
    import asyncio

    asked = await asyncio.gather(*(ask(ledger, clock) for _ in range(20)))
    assert [code(one) for one in asked].count("") == 3


def test_minutes_are_counted_apart_and_none_is_forgotten(clock: Clock) -> None:
    refusals = Refusals(2)
    assert [refusals.recorded("U1", clock()) for _ in range(5)] == [True, True, False, False, False]
    assert refusals.recorded("U2", clock())
    assert list(refusals.counted(clock())) == []
    assert list(refusals.counted(clock() + timedelta(minutes=1))) == [("U1", 3)]
    assert refusals.recorded("U1", clock())
    assert list(refusals.counted(clock(), closing=True)) == []
