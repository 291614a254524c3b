"""Who had two things together, from the log alone: from when to when, and an honest answer that nobody had."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from ulid import ULID

from tests.access.story import WHY
from tests.builders import BY_KIND, Clock
from tests.people import ADA, BARBARA, EDSGER, GRACE, with_two_accounts
from workflows.access.commands import GiveBack, RequestAccess, ReviewAccess
from workflows.access.state import Access
from workflows.audit.sequencer import sequence
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.queries.held_both import HeldBoth, held_both
from workflows.queries.queries import Queries
from workflows.queries.search_index import index_log
from workflows.workflow import Actor, World

PAIR = ("warehouse", "warehouse-sample")
Ask = Callable[..., Awaitable[tuple[HeldBoth, ...]]]


@pytest.fixture
def who_had_both(store: Store, world: World) -> Ask:
    """Once what has happened is in the log and indexed."""

    async def ask(
        at: datetime, until: datetime | None = None, by: str = BARBARA, known: World = world
    ) -> tuple[HeldBoth, ...]:
        await sequence(store)
        while await index_log(store, BY_KIND):
            pass
        queries = Queries(Repository(store), store, lambda: known, BY_KIND)
        found = await held_both(queries, queries.reader(by), known.directory, PAIR, at, until)
        assert found.whole
        return found.found

    return ask


async def granted(ledger: Ledger, who: str, what: str) -> Access:
    command = RequestAccess(f"acc_{ULID()}", what, 600, WHY)
    found: Access = (await ledger.handle(command, Actor(who), "test")).state
    if found.status == "pending":
        review = ReviewAccess(found.id, "approve", found.digest, found.terms.digest)
        approver = EDSGER if who == GRACE else GRACE
        found = (await ledger.handle(review, Actor(approver), "test")).state
    assert found.status == "active"
    return found


async def given_back(ledger: Ledger, access: Access) -> None:
    await ledger.handle(GiveBack(access.id), Actor(access.requester), "test")


async def test_is_told_from_the_later_start_to_the_earlier_end(
    ledger: Ledger, clock: Clock, who_had_both: Ask
) -> None:
    before = clock()
    read = await granted(ledger, ADA, "warehouse")
    both_from = clock.forward(minutes=1)
    sample = await granted(ledger, ADA, "warehouse-sample")
    (still,) = await who_had_both(clock())
    assert (still.first.access.id, still.second.access.id) == (read.id, sample.id)
    assert (still.since, still.until) == (both_from, None)

    both_until = clock.forward(minutes=1)
    await given_back(ledger, sample)
    clock.forward(minutes=1)
    await given_back(ledger, read)
    (ended,) = await who_had_both(before, clock())
    assert (ended.since, ended.until) == (both_from, both_until)
    for at, there in ((before, False), (both_from, True), (both_until, False)):
        assert bool(await who_had_both(at)) == there


async def test_one_after_the_other_is_not_together(ledger: Ledger, clock: Clock, who_had_both: Ask) -> None:
    before = clock()
    first = await granted(ledger, ADA, "warehouse")
    clock.forward(minutes=1)
    await given_back(ledger, first)
    clock.forward(minutes=1)
    await given_back(ledger, await granted(ledger, ADA, "warehouse-sample"))
    assert await who_had_both(before, clock.forward(minutes=1)) == ()


async def test_is_told_of_one_person_and_not_of_two(
    ledger: Ledger, clock: Clock, world: World, who_had_both: Ask
) -> None:
    await granted(ledger, ADA, "warehouse")
    await granted(ledger, GRACE, "warehouse-sample")
    at = clock.forward(minutes=1)
    assert await who_had_both(at) == ()
    (found,) = await who_had_both(at, known=with_two_accounts(world, ADA, GRACE))
    assert {found.first.access.requester, found.second.access.requester} == {ADA, GRACE}


async def test_is_told_to_who_may_see_both(ledger: Ledger, clock: Clock, who_had_both: Ask) -> None:
    await granted(ledger, ADA, "warehouse")
    await granted(ledger, ADA, "warehouse-sample")
    at = clock.forward(minutes=1)
    assert len(await who_had_both(at, by=ADA)) == 1
    assert await who_had_both(at, by=GRACE) == (), "the sample is automatic, and none of her business"
