"""The database holds the promises up by itself: no state without its event, no event ever changed (P2, P9).

On PostgreSQL each statement is tried twice: as the role that Daypass uses, and as the tables' owner.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from migrations import upgrade
from tests.builders import Database
from tests.spine.tally import count, rows, tally_ledger
from workflows.audit.sequencer import sequence
from workflows.database.store import (
    MAX_CONNECTIONS,
    MIN_CONNECTIONS,
    AlreadyRunning,
    Store,
    open_store,
    opened,
)
from workflows.workflow import Effect

EVENT = """INSERT INTO events (id, subject, version, position, at, actor, surface, action, leaf)
           VALUES ('E{n}', 'tly_1', {version}, {position}, '2026-03-02 09:30:00', 'x', 'x', 'x', 'x')"""
NEW_SUBJECT = """INSERT INTO subjects (id, kind, version, status, changed_at, state)
                 VALUES ('tly_2', 'tly', {version}, 'x', '2026-03-02 09:30:00', '{{}}')"""
CHECKPOINT = "INSERT INTO checkpoints (size, note, at) VALUES (1, 'n', '2026-03-02 09:30:00')"

FORBIDDEN = {
    "changing an event": ["UPDATE events SET actor = 'UEVE'"],
    "changing an event's bytes": ["UPDATE events SET leaf = 'x' WHERE seq = 1"],
    "deleting an event": ["DELETE FROM events"],
    "two events in one place": [EVENT.format(n=1, version=1, position=0)],
    "an event before the first": [EVENT.format(n=1, version=0, position=0)],
    "changing a leaf": ["UPDATE leaves SET hash = 'x'"],
    "deleting a leaf": ["DELETE FROM leaves"],
    "changing a checkpoint": ["UPDATE checkpoints SET size = 0"],
    "deleting a checkpoint": ["DELETE FROM checkpoints"],
    "changing what was done once": ["UPDATE once SET subject = 'tly_2'"],
    "doing again what is done once": ["DELETE FROM once"],
    "changing what somebody typed": ["UPDATE texts SET text = 'I never said that'"],
    "changing a state without its event": ["UPDATE subjects SET version = 2"],
    "changing a state in the same version": ["UPDATE subjects SET status = 'approved'"],
    "skipping a version": [EVENT.format(n=1, version=3, position=0), "UPDATE subjects SET version = 3"],
    "going back a version": ["UPDATE subjects SET version = 0"],
    "a version that begins in its middle": [
        EVENT.format(n=1, version=2, position=1),
        "UPDATE subjects SET version = 2, anchor = 1",
    ],
    "giving a state another name": [
        EVENT.format(n=1, version=2, position=0),
        "UPDATE subjects SET version = 2, id = 'tly_9'",
    ],
    "a new state without its event": [NEW_SUBJECT.format(version=1)],
    "deleting a state": ["DELETE FROM subjects"],
    "an effect that no event calls for": ["UPDATE effects SET version = 9"],
    "a leaf of no event": ["INSERT INTO leaves (\"index\", event, hash) VALUES (9, 'E9', 'x')"],
    "a key of no event": ["INSERT INTO once (key, subject, version) VALUES ('k', 'tly_1', 9)"],
    "a text of no event": ["INSERT INTO texts (event, field, salt, text) VALUES ('E9', 'f', 's', 't')"],
}
TRUNCATED = ("events", "leaves", "checkpoints", "once", "subjects")


@pytest.fixture
async def filled(store, ledger) -> Store:
    """One of everything that Daypass writes."""
    await count(ledger, note="because", key="once", effects=(Effect("do", lock="a"),))
    await sequence(store)
    await run(store, CHECKPOINT)
    return store


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[Store]:
    async with opened(database.owner_url, alone=False) as store:
        yield store


async def run(store: Store, *statements: str) -> None:
    async with store.write_transaction() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def everything(store: Store) -> list[list[object]]:
    tables = ("events", "texts", "subjects", "once", "effects", "leaves", "checkpoints")
    return [await rows(store, table) for table in tables]


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize("statements", FORBIDDEN.values(), ids=FORBIDDEN.keys())
    async def test_by_itself(self, filled, owner, statements):
        before = await everything(filled)

        for store in (filled, owner):
            with pytest.raises(DBAPIError):
                await run(store, *statements)

        assert await everything(filled) == before


class TestOnSQLite:
    @pytest.fixture
    def database(self, sqlite_database: Database) -> Database:
        return sqlite_database

    @pytest.mark.parametrize("table", ["events", "leaves", "checkpoints", "once"])
    async def test_no_row_can_be_replaced_by_another(self, filled, table):
        before = await everything(filled)

        with pytest.raises(DBAPIError):
            await run(filled, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")

        assert await everything(filled) == before


class TestOnPostgreSQL:
    @pytest.fixture
    def database(self, postgres_database: Database) -> Database:
        return postgres_database

    @pytest.mark.parametrize("table", TRUNCATED)
    async def test_nothing_of_the_log_can_be_truncated(self, filled, owner, table):
        for store in (filled, owner):
            with pytest.raises(DBAPIError):
                await run(store, f"TRUNCATE {table} CASCADE")

    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE events DISABLE TRIGGER ALL",
            "ALTER TABLE subjects DROP CONSTRAINT fk_subjects_event",
            "DROP TRIGGER events_keep ON events",
            "DROP TABLE messages",
            "CREATE TABLE mine (x int)",
            "SET session_replication_role = replica",
            "CREATE OR REPLACE FUNCTION daypass_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "DELETE FROM effects",
            "DELETE FROM texts",
            "UPDATE alembic_version SET version_num = 'x'",
        ],
    )
    async def test_the_role_that_daypass_uses_can_t_take_the_rules_away(self, filled, statement):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            await run(filled, statement)

    async def test_the_role_that_daypass_uses_can_start_on_a_migrated_database(self, database):
        upgrade(database.url)


async def test_a_text_can_be_erased_and_the_event_stays(filled, owner):
    await run(owner, "DELETE FROM texts")
    assert len(await rows(filled, "events")) == 1


class TestASQLiteFile:
    async def test_is_one_process_s_alone(self, sqlite_database):
        async with opened(sqlite_database.url):
            with pytest.raises(
                AlreadyRunning, match=r"Another Daypass process .* set DATABASE_URL to a PostgreSQL"
            ):
                open_store(sqlite_database.url)

    async def test_is_free_again_once_it_is_closed(self, sqlite_database):
        for _ in range(2):
            async with opened(sqlite_database.url) as store:
                assert store.single_process

    async def test_can_be_looked_into_beside_the_one_process(self, sqlite_database, world, clock):
        async with opened(sqlite_database.url), opened(sqlite_database.url, alone=False) as beside:
            assert await rows(beside, "events") == []

    async def test_is_made_with_the_directory_it_is_to_lie_in(self, tmp_path):
        async with opened(f"sqlite:///{tmp_path}/new/daypass.db") as store, store.read_transaction():
            assert (tmp_path / "new" / "daypass.db").exists()

    async def test_can_be_read_while_it_is_written(self, sqlite_database, world):
        async with opened(sqlite_database.url) as store, store.write_transaction() as connection:
            await connection.execute(text(CHECKPOINT))
            assert await rows(store, "checkpoints") == []


async def test_what_is_not_finished_is_not_written(store):
    async def begin_and_fail() -> None:
        async with store.write_transaction() as connection:
            await connection.execute(text(CHECKPOINT))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await begin_and_fail()
    assert await rows(store, "checkpoints") == []


async def test_however_many_read_and_never_end_what_has_to_be_recorded_is(store, ledger):
    async with AsyncExitStack() as stack:
        for _ in range(MAX_CONNECTIONS - (1 if store.single_process else MAX_CONNECTIONS // 3)):
            reading = await stack.enter_async_context(store.read_transaction())
            await reading.execute(text("SELECT 1"))
        async with asyncio.timeout(20):
            await count(ledger)
    assert len(await rows(store, "events")) == 1


async def test_closed_it_waits_for_connections_that_nobody_waits_for_any_more(database):
    async with opened(database.url) as store:
        given_back: list[object] = []
        event.listen(store.engine.sync_engine, "checkin", lambda *connection: given_back.append(connection))

        async def read() -> None:
            async with store.read_transaction() as connection:
                await connection.execute(text("SELECT 1"))
                begun.set()
                await asyncio.Event().wait()

        begun = asyncio.Event()
        reading = asyncio.create_task(read())
        await begun.wait()
        for _ in range(2):
            reading.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(reading, return_exceptions=True)
    assert len(given_back) == 1


@pytest.mark.parametrize("connections", [MIN_CONNECTIONS, 7])
async def test_no_more_connections_are_open_than_a_replica_may_have(
    postgres_database, world, clock, connections
):
    async with opened(postgres_database.url, connections=connections) as store:
        ledger = tally_ledger(store, world, clock)
        enough = asyncio.Event()

        async def read() -> None:
            async with store.read_transaction() as connection:
                await connection.execute(text("SELECT 1"))
                await enough.wait()

        reading = [asyncio.create_task(read()) for _ in range(20)]
        await asyncio.gather(*(count(ledger, f"tly_{n}") for n in range(20)))
        assert await open_sessions(postgres_database) <= connections
        enough.set()
        await asyncio.gather(*reading)


async def open_sessions(database: Database) -> int:
    async with await psycopg.AsyncConnection.connect(database.owner_url) as beside:
        found = await beside.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int((await found.fetchone() or (0,))[0])
