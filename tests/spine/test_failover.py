"""Two PostgreSQL servers in one DATABASE_URL: Daypass goes to whichever can be written, also when that changes."""

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from bot.demo.postgres import Postgres, start_postgres
from migrations import upgrade
from tests.builders import Clock
from tests.spine.tally import count, rows, tally_ledger, total
from workflows.database.store import opened
from workflows.workflow import World

END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""


@dataclass(frozen=True)
class Pair:
    """A server and one that stands by with the same data."""

    first: Postgres
    second: Postgres

    @property
    def url(self) -> str:
        hosts = "&".join(f"host={one.host}:{one.port}" for one in (self.first, self.second))
        password = self.first.admin_password
        return f"postgresql://postgres:{password}@/postgres?{hosts}&target_session_attrs=read-write"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    directory = tmp_path_factory.mktemp("pair")
    first = asyncio.run(start_postgres(directory / "first"))
    upgrade(first.url())
    first.stop()
    subprocess.run(["cp", "-a", str(directory / "first"), str(directory / "second")], check=True)
    (directory / "second" / "data" / "standby.signal").touch()
    pair = Pair(*(asyncio.run(start_postgres(directory / name)) for name in ("first", "second")))
    yield pair
    pair.first.stop()
    pair.second.stop()


def order(server: Postgres, *statements: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


async def test_what_a_restart_cuts_short_is_recorded_once(pair: Pair, world: World, clock: Clock) -> None:
    """The connection is lost in the middle of the transaction, and just when it should commit."""
    steps = ["ledger.begin", "ledger.decided", "ledger.before_commit"]

    def reach(step: str) -> None:
        if steps and step == steps[0]:
            steps.pop(0)
            order(pair.first, END_OTHERS)

    async with opened(pair.url) as store:
        ledger = tally_ledger(store, world, clock, reach=reach)
        for n in range(3):
            outcome = await count(ledger, "tly_cut", f"click-{n}", note="why")
            assert outcome.version == n + 1
        assert await total(store, "tly_cut") == 3
    assert steps == []


async def test_what_the_first_can_no_longer_write_the_second_does(
    pair: Pair, world: World, clock: Clock
) -> None:
    async with opened(pair.url) as store:
        ledger = tally_ledger(store, world, clock)
        for n in range(4):
            await count(ledger, f"tly_{n}")
        order(pair.first, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
        order(pair.second, "SELECT pg_promote()")
        await count(ledger, "tly_5")
        assert [row.subject for row in await rows(store, "events")] == ["tly_5"]
