"""aiosqlite's connection, crossing to its thread once a statement instead of four times.

aiosqlite runs SQLite in a thread, and making a cursor, executing, fetching and closing are a crossing each,
which costs more than the statement. Daypass reads every result whole, so one crossing does all of it.
SQLAlchemy takes the connection through `async_creator`.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiosqlite


class PromptCursor:
    """What SQLAlchemy's dialect uses of aiosqlite's cursor; rows are there as soon as it has executed."""

    def __init__(self, connection: "PromptConnection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "PromptCursor":
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> "PromptCursor":
        return await self._run(sqlite3.Cursor.execute, statement, parameters)

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> "PromptCursor":
        return await self._run(sqlite3.Cursor.executemany, statement, parameters)

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        """The cursor was read to its end and closed when it executed."""

    async def _run(self, deed: Any, statement: str, parameters: Any) -> "PromptCursor":
        await self._connection.in_turn(partial(self._there, deed, statement, parameters))
        return self

    def _there(self, deed: Any, statement: str, parameters: Any, raw: sqlite3.Connection) -> None:
        """In SQLite's thread: execute, read, close."""
        cursor = raw.cursor()
        try:
            deed(cursor, statement, parameters)
            self.description, self.rowcount = cursor.description, cursor.rowcount
            self.lastrowid = cursor.lastrowid
            self._rows = cursor.fetchall() if cursor.description else []
        finally:
            cursor.close()


class PromptConnection(aiosqlite.Connection):
    """An aiosqlite connection with such cursors."""

    def cursor(self) -> Any:
        return PromptCursor(self)

    _queue: list[Any] | None = None

    @asynccontextmanager
    async def pipeline(self) -> AsyncIterator[None]:
        """What is executed in the block is done when it is left, in one crossing; the first error ends it."""
        queue = self._queue = []
        try:
            yield
        finally:
            self._queue = None
        await self.at_once(partial(_do_all, queue))

    async def in_turn(self, deed: Any) -> None:
        """Run `deed` now, or with the others of the pipeline."""
        if self._queue is None:
            await self.at_once(deed)
        else:
            self._queue.append(deed)

    async def commit(self) -> None:
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        if self.in_transaction:
            await super().rollback()

    async def at_once(self, deed: Any) -> Any:
        """Run `deed` on SQLite's own connection, in its thread."""
        return await self._execute(deed, self._conn)  # type: ignore[no-untyped-call]


def _do_all(deeds: Sequence[Any], raw: sqlite3.Connection) -> None:
    for deed in deeds:
        deed(raw)


async def connect(path: str) -> PromptConnection:
    """Open the database at `path`; transactions are begun and ended by the caller's statements alone."""
    connection = PromptConnection(partial(sqlite3.connect, path, isolation_level=None), iter_chunk_size=64)
    connection._thread.daemon = True
    try:
        return await connection  # type: ignore[return-value]
    except sqlite3.Error:
        await asyncio.to_thread(connection._thread.join)  # it still reports its end to this event loop
        raise
