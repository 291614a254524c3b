"""Somebody else holds SQLite's lock, as a backup does: what comes is recorded when it goes, or refused in time."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.exc import OperationalError

from tests.builders import Clock, Database
from tests.spine.tally import Count, rows, tally_ledger
from workflows.database.store import Store, opened
from workflows.workflow import Actor, World

ADA = Actor("UADA")
WAITING_MS = 50
"""For which SQLite itself waits for its lock here."""


@pytest.fixture
async def store(sqlite_database: Database) -> AsyncIterator[Store]:
    async with opened(sqlite_database.url) as store:
        async with store.writing() as connection:
            await connection.exec_driver_sql(f"PRAGMA busy_timeout = {WAITING_MS}")
        yield store


@pytest.fixture
def backup(sqlite_database: Database) -> sqlite3.Connection:
    """Somebody else's connection, which holds the lock."""
    connection = sqlite3.connect(sqlite_database.url.removeprefix("sqlite:///"))
    connection.execute("BEGIN IMMEDIATE")
    return connection


async def test_whoever_waits_is_told_in_time_however_many_they_are(
    store: Store, world: World, clock: Clock, backup: sqlite3.Connection
) -> None:
    tried: list[str] = []
    ledger = tally_ledger(store, world, clock, giving_up=0.0, reach=tried.append)
    commands = [Count(f"tly_{n}") for n in range(20)]
    found = await asyncio.gather(
        *(ledger.handle(one, ADA, "test") for one in commands), return_exceptions=True
    )
    assert all(isinstance(one, OperationalError) for one in found)
    assert tried == ["ledger.begin"], "they wait for the lock together, once"
    backup.rollback()
    assert (await ledger.handle(Count("tly_0"), ADA, "test")).version == 1
    assert len(await rows(store, "events")) == 1


async def test_what_waits_is_recorded_once_when_the_lock_goes(
    store: Store, world: World, clock: Clock, backup: sqlite3.Connection
) -> None:
    ledger = tally_ledger(store, world, clock)
    waiting = asyncio.create_task(ledger.handle(Count("tly_0"), ADA, "test", "slack/1"))
    await asyncio.sleep(WAITING_MS / 1_000 * 1.5)
    backup.rollback()
    assert (await waiting).version == 1
    assert len(await rows(store, "events")) == 1


async def test_whoever_has_waited_long_enough_is_not_tried_again(
    store: Store, world: World, clock: Clock, backup: sqlite3.Connection
) -> None:
    tried: list[str] = []
    giving_up = WAITING_MS * 1.8 / 1_000
    ledger = tally_ledger(store, world, clock, giving_up=giving_up, reach=tried.append)
    with pytest.raises(OperationalError, match="database is locked"):
        await ledger.handle(Count("tly_0"), ADA, "test")
    assert len(tried) <= 2
    backup.rollback()
