"""A database that can't be used for a while, told from a statement that is wrong."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, OperationalError

from workflows.ports import Retryable

READ_ONLY = "The database is read-only, so Daypass can't record anything. It continues when the database is writable again."
FULL = "The database has run out of space, so Daypass can't record anything. It continues when there is space again."
AWAY = "Daypass can't reach its database. It continues when the database is back."
BUSY = "All of Daypass's connections to the database are in use. It continues when one is free."
IS_READ_ONLY = "25006"
_BY_STATE = {IS_READ_ONLY: READ_ONLY, "53100": FULL, "53300": BUSY}
_AWAY = ("08", "57P")
"""What states begin with that say that the connection is lost, or that the server is going down or coming up.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""
_BY_SQLITE = {
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_FULL": FULL,
    "SQLITE_IOERR": "SQLite can't read or write the database's file. The disk may be full or failing.",
    "SQLITE_CANTOPEN": "SQLite can't open the database's file. Check its directory and permissions.",
}
"""By what result codes begin with: https://www.sqlite.org/rescode.html."""
OUTAGE_WAIT_SECONDS = 5.0
"""How long commands wait for an outage to end: as long as a restart or a failover takes."""
LOOK_AGAIN_SECONDS = 0.25
"""Between two checks whether the outage is over."""


class DatabaseAway(Retryable):
    """The database can't be used now. Whether what was just being recorded is on record isn't known.

    `reason` is what the database or its driver said, for operators.
    """

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence)
        self.reason = " ".join(reason.split())


class Outage:
    """How long the database has been away: what waits for it waits at the beginning, and later ones are told at once."""

    def __init__(self) -> None:
        self._since: float | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Around what is asked of the database: if it is away it has been since the first of these, until one works."""
        self._since = self._since or time.monotonic()
        try:
            yield
        except DatabaseAway:
            raise
        except BaseException:
            self._since = None
            raise
        self._since = None

    @property
    def is_young(self) -> bool:
        """Whether it is worth waiting for its end."""
        return self._since is None or time.monotonic() - self._since < OUTAGE_WAIT_SECONDS


@contextmanager
def outages() -> Iterator[None]:
    """Raises DatabaseAway for an error that is of the database as a whole, and any other as it is."""
    try:
        yield
    except DBAPIError as error:
        if away := outage(error):
            raise away from error
        raise
    except exc.TimeoutError as error:
        raise DatabaseAway(BUSY, str(error)) from error


def outage(error: DBAPIError) -> DatabaseAway | None:
    """What the error says of the database as a whole; None if only the statement is at fault."""
    name = getattr(error.orig, "sqlite_errorname", None)
    sentence = _of_sqlite(name) if name else _of_postgresql(error)
    return DatabaseAway(sentence, str(error.orig)) if sentence else None


def _of_sqlite(name: str) -> str | None:
    return next((sentence for code, sentence in _BY_SQLITE.items() if name.startswith(code)), None)


def _of_postgresql(error: DBAPIError) -> str | None:
    """No state comes with what libpq says by itself: that there was no connection, or is none any more."""
    state = getattr(error.orig, "sqlstate", None)
    if state in _BY_STATE:
        return _BY_STATE[state]
    lost = error.connection_invalidated or (state is None and isinstance(error, OperationalError))
    return AWAY if lost or (state or "").startswith(_AWAY) else None
