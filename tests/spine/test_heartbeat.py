"""Whether the database can be written is found out by writing, on a disk that fills up and a database that turns read-only."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bot.demo.postgres import Postgres, unprivileged
from bot.wiring.database import NoDatabase, served
from tests.builders import Clock, Database, fresh_postgres
from tests.disk import Disk, mounted
from tests.spine.tally import count, tally_ledger, total
from workflows.database.heartbeat import unwritable
from workflows.database.outage import FULL, READ_ONLY, DatabaseAway
from workflows.database.store import Store, opened
from workflows.workflow import World


def as_owner(database: Database, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else []


@contextmanager
def turned_read_only(database: Database) -> Iterator[None]:
    """As after a failover: sessions that are open find that they can't write any more."""
    as_owner(database, "ALTER SYSTEM SET default_transaction_read_only = on")
    as_owner(database, "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        as_owner(database, "ALTER SYSTEM RESET default_transaction_read_only")
        as_owner(database, "SELECT pg_reload_conf()")


@pytest.fixture
def on_small_disk(postgres: Postgres) -> Iterator[tuple[Database, Disk]]:
    """A PostgreSQL database whose tables have a disk of their own."""
    with mounted(48) as disk:
        if user := unprivileged():
            shutil.chown(disk.path, user)
        with fresh_postgres(postgres) as database:
            name = sql.Identifier(database.url.rpartition("/")[2]).as_string()
            with psycopg.connect(postgres.url(), autocommit=True) as connection:
                connection.execute(f"CREATE TABLESPACE small LOCATION '{disk.path}'")
                connection.execute(f"ALTER DATABASE {name} SET TABLESPACE small")
            yield database, disk
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute("DROP TABLESPACE small")


class TestADatabaseThatWorks:
    async def test_has_nothing_said_of_it(self, store: Store, clock: Clock) -> None:
        assert [await unwritable(store, clock()) for _ in range(3)] == [None] * 3

    async def test_doesn_t_grow_however_often_it_is_asked(
        self, postgres_database: Database, clock: Clock
    ) -> None:
        sizes = "SELECT pg_total_relation_size('heartbeats'), (SELECT count(*) FROM pg_class)"
        async with opened(postgres_database.url) as store:
            await asyncio.gather(*(unwritable(store, clock()) for _ in range(8)))
            before = as_owner(postgres_database, sizes)
            for _ in range(250):
                assert await unwritable(store, clock()) is None
            assert as_owner(postgres_database, sizes) == before
            assert as_owner(postgres_database, "SELECT count(*) FROM events") == [(0,)]

    async def test_needs_no_temporary_tables(self, postgres_database: Database, clock: Clock) -> None:
        name = sql.Identifier(postgres_database.url.rpartition("/")[2]).as_string()
        as_owner(postgres_database, f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
        try:
            async with opened(postgres_database.url) as store:
                assert await unwritable(store, clock()) is None
        finally:
            as_owner(postgres_database, f"GRANT TEMPORARY ON DATABASE {name} TO PUBLIC")


class TestAReadOnlyDatabase:
    async def test_on_postgresql_is_told_and_is_over_when_it_is_over(
        self, postgres_database: Database, world: World, clock: Clock
    ) -> None:
        """As after a failover: the sessions that are open already turn read-only."""
        async with opened(postgres_database.url) as store:
            ledger = tally_ledger(store, world, clock)
            await count(ledger, command_id="first")
            with turned_read_only(postgres_database):
                while not (said := await unwritable(store, clock())):
                    await asyncio.sleep(0.02)  # until the open sessions have heard of it
                assert said.startswith(READ_ONLY)
                click = asyncio.create_task(count(ledger, command_id="second"))
                await asyncio.sleep(0.5)
            await click
            assert await unwritable(store, clock()) is None
            assert await total(store) == 2

    async def test_on_sqlite_keeps_daypass_from_starting(self, migrated_sqlite: Path) -> None:
        with mounted(8) as disk:
            url = f"sqlite:///{shutil.copyfile(migrated_sqlite, disk.path / 'daypass.db')}"
            disk.set("ro")
            with pytest.raises(NoDatabase, match="can't be used: Read-only file system"):
                async with served(url):
                    raise AssertionError


class TestAFullDisk:
    @pytest.mark.parametrize("leaving", [0, 600_000])
    async def test_of_sqlite_is_told(self, migrated_sqlite: Path, clock: Clock, leaving: int) -> None:
        with mounted(8) as disk:
            file = shutil.copyfile(migrated_sqlite, disk.path / "daypass.db")
            async with opened(f"sqlite:///{file}") as store:
                assert await unwritable(store, clock()) is None
                disk.fill(leaving)
                said = await unwritable(store, clock())
                assert said
                assert said.startswith(FULL)
                disk.free()
                assert await unwritable(store, clock()) is None

    async def test_of_postgresql_is_told_before_a_click_finds_out(
        self, on_small_disk: tuple[Database, Disk], world: World, clock: Clock
    ) -> None:
        database, disk = on_small_disk
        async with opened(database.url) as store:
            ledger = tally_ledger(store, world, clock)
            assert await unwritable(store, clock()) is None
            await count(ledger)
            disk.fill()
            for _ in range(3):
                said = await unwritable(store, clock())
                assert said
                assert said.startswith(FULL)
            with pytest.raises(DatabaseAway, match="run out of space"):
                await count(ledger, note="a long note" * 10_000)
            disk.free()
            assert await unwritable(store, clock()) is None
            await count(ledger, note="a long note" * 10_000)
            assert await total(store) == 2
