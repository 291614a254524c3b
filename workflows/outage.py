"""A database that can't be used for a while, told from a statement that is wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from workflows.ports import Retryable

READ_ONLY = "The database is read-only, so Daypass can't record anything. It goes on when the database can be written again."
FULL = "The database has run out of space, so Daypass can't record anything. It goes on when there is room again."
AWAY = "Daypass can't reach its database. It goes on when the database is back."
BUSY = "All of Daypass's connections to the database are in use. It goes on when one is free."
IS_READ_ONLY = "25006"
_BY_STATE = {IS_READ_ONLY: READ_ONLY, "53100": FULL, "53300": BUSY}
_AWAY = ("08", "57P")
"""What states begin with that say that the connection is lost, or that the server is going down or coming up.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""
_BY_SQLITE = {
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: "SQLite can't read or write the database's file. The disk may be full or failing.",
    sqlite3.SQLITE_CANTOPEN: "SQLite can't open the database's file. Check its directory, and who may write there.",
}
"""By the primary result code: https://www.sqlite.org/rescode.html."""
PRIMARY = 0xFF
"""The bits of an extended result code that hold it."""


class DatabaseAway(Retryable):
    """The database can't be used now. Whether what was just being recorded is on record isn't known.

    `reason` is what the database or its driver said, for operators.
    """

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence)
        self.reason = " ".join(reason.split())


@contextmanager
def outages() -> Iterator[None]:
    """Raises DatabaseAway for an error that is of the database as a whole, and any other as it is."""
    try:
        yield
    except DBAPIError as error:
        if away := outage(error):
            raise away from error
        raise
    except PoolTimeout as error:
        raise DatabaseAway(BUSY, str(error)) from error


def outage(error: DBAPIError) -> DatabaseAway | None:
    """What the error says of the database as a whole; None if only the statement is at fault."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    sentence = _of_postgresql(error) if code is None else _BY_SQLITE.get(code & PRIMARY)
    return DatabaseAway(sentence, str(error.orig)) if sentence else None


def _of_postgresql(error: DBAPIError) -> str | None:
    """No state comes with what libpq says by itself: that there was no connection, or is none any more."""
    state = getattr(error.orig, "sqlstate", None)
    if state in _BY_STATE:
        return _BY_STATE[state]
    lost = error.connection_invalidated or (state is None and isinstance(error, OperationalError))
    return AWAY if lost or (state or "").startswith(_AWAY) else None
