"""Behind a pooler that gives each transaction another session (PgBouncer, `pool_mode = transaction`)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.demo.postgres import Postgres
from migrations import grant, upgrade
from tests.builders import ROLE, Clock, Database
from tests.pgbouncer import SESSIONS, PgBouncer
from tests.spine.tally import SOMEBODY, Refuse, count, rows, tally_ledger, total
from workflows.audit.sequencer import sequence
from workflows.database.heartbeat import unwritable
from workflows.database.store import Store, opened
from workflows.ledger.repository import Repository
from workflows.workflow import Effect, World

CLICKS = 16
"""psycopg prepares what it sends for the sixth time; each session at the server has to see it that often."""


@pytest.fixture(params=["", "?prepare_threshold=0", "?prepare_threshold=None"])
def url(request: pytest.FixtureRequest, pooler: PgBouncer, postgres_database: Database) -> str:
    return pooler.through(postgres_database.url) + request.param


@pytest.fixture
async def stores(url: str) -> AsyncIterator[list[Store]]:
    async with opened(url) as one, opened(url) as other:
        yield [one, other]


async def test_every_click_counts_on_every_replica(stores: list[Store], world: World, clock: Clock) -> None:
    """The replicas do different things: a statement of the one must never be taken for one of the other."""
    one, other = (tally_ledger(store, world, clock) for store in stores)
    for n in range(CLICKS):
        await asyncio.gather(
            count(one, "tly_one", f"click-{n}", note="why", effects=(Effect("tell", lock=f"a{n}"),)),
            count(other, "tly_other"),
            other.handle(Refuse("tly_third"), SOMEBODY, "test"),
        )
        await total(stores[n % 2], "tly_one")
    assert [
        await total(store, name) for store, name in zip(stores, ("tly_one", "tly_other"), strict=True)
    ] == [CLICKS] * 2


async def test_more_is_asked_at_once_than_there_are_sessions(stores: list[Store]) -> None:
    reads = [Repository(store) for store in stores]
    for _ in range(CLICKS):
        found = await asyncio.gather(*(reads[n % 2].open_effects() for n in range(4 * SESSIONS)))
        assert found == [[]] * 4 * SESSIONS


async def test_what_readiness_writes_stands_in_no_session_s_way(stores: list[Store], clock: Clock) -> None:
    for n in range(CLICKS):
        assert await asyncio.gather(*(unwritable(stores[m % 2], clock()) for m in range(4))) == [None] * 4, n


async def test_one_replica_at_a_time_orders_the_log(stores: list[Store], world: World, clock: Clock) -> None:
    ledger = tally_ledger(stores[0], world, clock)
    for _ in range(CLICKS):
        await count(ledger)
        await asyncio.gather(*map(sequence, stores))
    assert [leaf.index for leaf in await rows(stores[0], "leaves")] == list(range(CLICKS))


def test_it_can_be_set_up_through_it(pooler: PgBouncer, postgres: Postgres) -> None:
    postgres.create_database("behind_a_pooler")
    url = pooler.through(postgres.url("behind_a_pooler")) + "?prepare_threshold=0"
    for _ in range(2):
        upgrade(url)
        grant(url, ROLE)
