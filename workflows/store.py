"""The database: opening it, and the two ways into it, reading and writing.

A writing transaction commits when its block is left without an exception; there is no other commit.
Writers have connections of their own: however many read, and however slowly, what has to be recorded is.
On SQLite writers take turns in this process, so that none of them ever polls for the file's lock.
"""

import asyncio
import fcntl
import math
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from workflows.private_files import FILE, keep_sqlite_private, make_directory
from workflows.sqlite import connect

WRITES = "daypass_writes"
"""Execution option of a connection that is going to write."""
READERS, WRITERS = 12, 4
MORE = 4
"""Connections of each kind that are kept open, and how many more there may be for a while."""
LIVED = "daypass_lived"
IDLE_SECONDS = 2.0
"""After which a connection is asked whether it still lives before anything else is asked of it."""
SQLITE = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 5000",
    "recursive_triggers = ON",  # or a REPLACE would delete what a trigger protects
)


class AlreadyRunning(Exception):
    """Another process holds this SQLite database; on SQLite one process runs."""


class Store:
    """An open database. `close` it when done."""

    def __init__(self, engine: AsyncEngine, writer: AsyncEngine, held: IO[str] | None = None) -> None:
        self.engine = engine
        self._held = held
        self._asked = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writer = writer.execution_options(**{WRITES: True})
        self._turn: Any = asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()

    @property
    def single_process(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._turn, self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[AsyncConnection]:
        """For one statement that reads, without a transaction around it: one round trip."""
        async with self._asked.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()
        await self._writer.dispose()
        if self._held:
            self._held.close()


@asynccontextmanager
async def in_one_go(connection: AsyncConnection) -> AsyncIterator[None]:
    """What is written in the block and the commit go to the database together, in one round trip.

    Nothing can be read in it. Raises what SQLAlchemy raises for the first statement that failed.
    https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html
    """
    raw: Any = (await connection.get_raw_connection()).driver_connection
    driver: Any = connection.dialect.loaded_dbapi
    try:
        async with raw.pipeline():
            yield
            await connection.exec_driver_sql("COMMIT")
    except driver.Error as error:
        lost = connection.dialect.is_disconnect(error, raw, None)
        raise DBAPIError.instance(
            "COMMIT", None, error, driver.Error, connection_invalidated=lost, dialect=connection.dialect
        ) from error


def async_url(url: str) -> str:
    """The URL with its asynchronous driver: `postgresql://` and `sqlite://` are what people write."""
    parsed = make_url(url)
    driver = {
        "postgresql": "postgresql+psycopg",
        "postgres": "postgresql+psycopg",
        "sqlite": "sqlite+aiosqlite",
    }
    name = driver.get(parsed.get_backend_name(), parsed.drivername)
    return parsed.set(drivername=name).render_as_string(hide_password=False)


def open_store(url: str, alone: bool = True) -> Store:
    """Open the database at `url`; `alone` to be the one process that runs on it if it is SQLite.

    Raises AlreadyRunning if another process is already alone with this SQLite file.
    """
    parsed = make_url(async_url(url))
    if parsed.get_backend_name() != "sqlite":
        return Store(_postgres(parsed, READERS), _postgres(parsed, WRITERS))
    assert parsed.database, "an SQLite database is a file"
    file = Path(parsed.database)
    held = _hold(file) if alone else None
    keep_sqlite_private(file)
    return Store(_sqlite(parsed, READERS), _sqlite(parsed, 1), held)


def _postgres(url: URL, connections: int) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=connections, max_overflow=MORE)
    event.listen(engine.sync_engine, "checkout", _ask_whether_it_lives)
    event.listen(engine.sync_engine, "checkin", _note_when_it_lived)
    return engine


def _ask_whether_it_lives(connection: Any, record: Any, _fairy: Any) -> None:
    """A connection that nobody has used for a while may be dead; to ask each time would be a round trip each time."""
    idle = time.monotonic() - record.info.get(LIVED, -math.inf)
    if idle > IDLE_SECONDS and LIVED in record.info and not _lives(connection):
        raise DisconnectionError


def _note_when_it_lived(_connection: Any, record: Any) -> None:
    record.info[LIVED] = time.monotonic()


def _lives(connection: Any) -> bool:
    """Raises what the driver raises for anything but a lost connection."""
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        connection.rollback()
    except connection.dbapi.Error:
        return False
    return True


def _sqlite(url: URL, connections: int) -> AsyncEngine:
    assert url.database
    engine = create_async_engine(
        url,
        async_creator=partial(connect, url.database),
        pool_size=connections,
        max_overflow=MORE,
        pool_reset_on_return=None,
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


@asynccontextmanager
async def opened(url: str, alone: bool = True) -> AsyncIterator[Store]:
    """The store at `url` as `open_store` opens it, closed when the block is left."""
    store = open_store(url, alone)
    try:
        yield store
    finally:
        await store.close()


def _hold(path: Path) -> IO[str]:
    make_directory(path.parent)
    held = os.fdopen(os.open(path.with_name(path.name + ".lock"), os.O_WRONLY | os.O_CREAT, FILE), "w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.close()
        raise AlreadyRunning(
            f"Another Daypass process is already using {path}. SQLite carries one process: stop the other "
            "one, or set DATABASE_URL to a PostgreSQL database to run several."
        ) from error
    return held


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for setting in SQLITE:
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes SQLite's lock at once: a read that turns into a write could find it gone."""
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    writes = options.get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
