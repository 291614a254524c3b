"""The database: opening it, and the two ways into it, reading and writing.

A writing transaction commits when its block is left without an exception; there is no other commit. A database that
can't be used for a while is raised as DatabaseAway, out of both.
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
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from workflows.database.outage import IS_READ_ONLY, LOOK_AGAIN_SECONDS, DatabaseAway, Outage, outages
from workflows.database.private_files import FILE, keep_sqlite_private, make_directory
from workflows.database.sqlite import connect
from workflows.database.url import async_url, driver_arguments

WRITES = "daypass_writes"
"""Execution option of a connection that is going to write."""
ASKS = "daypass_asks"
"""Execution option of a connection that reads without a transaction."""
LIVED = "daypass_lived"
IDLE_SECONDS = 2.0
"""After which a connection is asked whether it still lives before anything else is asked of it."""
MAX_CONNECTIONS = 12
"""Connections that one process opens, unless it is told another number."""
MIN_CONNECTIONS = 3
POOL_SECONDS = 10
"""For which a free connection is waited for."""
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

    def __init__(
        self,
        engine: AsyncEngine,
        writer: AsyncEngine,
        file: Path | None = None,
        held: IO[str] | None = None,
    ) -> None:
        self.engine = engine
        self.file = file
        """SQLite's."""
        self._held = held
        alone = {ASKS: True} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
        self._asked = engine.execution_options(**alone)
        self._writer = writer.execution_options(**{WRITES: True})
        self._outage = Outage()
        self._given_back: set[asyncio.Task[None]] = set()
        """Connections on their way back, which whoever had them may no longer wait for."""
        self._turn: Any = asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()

    @property
    def single_process(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def write_transaction(self, patient: bool = True) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes. Raises DatabaseAway, unless `patient` at once."""
        with outages():
            async with (
                self._turn,
                self._connected(self._writer, patient) as connection,
                connection.begin(),
            ):
                yield connection

    @asynccontextmanager
    async def read_transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that reads. Raises DatabaseAway."""
        with outages():
            async with self._connected(self.engine, True) as connection:
                yield connection

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine, patient: bool) -> AsyncIterator[AsyncConnection]:
        connection = await self._connect(engine, patient)
        try:
            yield connection
        finally:
            giving_back = asyncio.create_task(connection.close())
            self._given_back.add(giving_back)
            giving_back.add_done_callback(self._given_back.discard)
            await asyncio.shield(giving_back)

    async def _connect(self, engine: AsyncEngine, patient: bool) -> AsyncConnection:
        """A connection, also if the database is just being restarted: until one is there nothing was asked yet."""
        while True:
            try:
                with self._outage.watched(), outages():
                    return await engine.connect()
            except DatabaseAway:
                if not patient or not self._outage.is_young:
                    raise
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[AsyncConnection]:
        """For one statement that reads, without a transaction around it: one round trip. Raises DatabaseAway."""
        with outages():
            async with self._connected(self._asked, True) as connection:
                yield connection

    async def close(self) -> None:
        if self._given_back:
            await asyncio.wait(self._given_back, timeout=POOL_SECONDS)
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


def open_store(url: str, alone: bool = True, connections: int = MAX_CONNECTIONS) -> Store:
    """Open the database at `url`; `alone` to be the one process that runs on it if it is SQLite.

    No more than so many `connections` are ever open. Raises AlreadyRunning if another process is already alone with
    this SQLite file.
    """
    parsed = async_url(url)
    if parsed.get_backend_name() != "sqlite":
        writers = connections // 3
        return Store(_postgres(parsed, connections - writers), _postgres(parsed, writers))
    assert parsed.database, "an SQLite database is a file"
    file = Path(parsed.database)
    held = _hold(file) if alone else None
    keep_sqlite_private(file)
    return Store(_sqlite(parsed, connections - 1), _sqlite(parsed, 1), file, held)


def _postgres(url: URL, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        connect_args=driver_arguments(url),
    )
    event.listen(engine.sync_engine, "checkout", _ask_whether_it_lives)
    event.listen(engine.sync_engine, "checkin", _note_when_it_lived)
    event.listen(engine.sync_engine, "handle_error", _leave_read_only)
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


def _leave_read_only(context: ExceptionContext) -> None:
    """A session that can't write any more is given up, and all others: after a failover the next finds who can."""
    if getattr(context.original_exception, "sqlstate", None) == IS_READ_ONLY:
        context.is_disconnect = True


def _sqlite(url: URL, connections: int) -> AsyncEngine:
    assert url.database
    engine = create_async_engine(
        url,
        async_creator=partial(connect, url.database),
        pool_size=connections,
        max_overflow=0,
        pool_reset_on_return=None,
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


@asynccontextmanager
async def opened(url: str, alone: bool = True, connections: int = MAX_CONNECTIONS) -> AsyncIterator[Store]:
    """The store at `url` as `open_store` opens it, closed when the block is left."""
    store = open_store(url, alone, connections)
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
            f"Another Daypass process is already using {path}. SQLite supports one process. Stop the other "
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
    if not options.get(ASKS):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")
