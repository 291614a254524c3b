"""Opening the database at start, with a plain sentence if it can't be used."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from migrations import grant, upgrade
from workflows.database.outage import DatabaseAway
from workflows.database.store import MAX_CONNECTIONS, Store, open_store, opened


class NoDatabase(Exception):
    """The database can't be used; the message says which one, why, and what to do."""


@asynccontextmanager
async def served(url: str, connections: int = MAX_CONNECTIONS) -> AsyncIterator[Store]:
    """The database to run on: held first (SQLite carries one process), then brought up to date.

    No more than so many `connections` are ever open. Raises AlreadyRunning or NoDatabase.
    """
    with said_plainly(url):
        store = open_store(url, connections=connections)
    try:
        with said_plainly(url):
            upgrade(url)
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def looked_into(url: str) -> AsyncIterator[Store]:
    """The database, to read from beside whoever runs on it. Raises NoDatabase."""
    with said_plainly(url):
        async with opened(url, alone=False) as store:
            yield store


async def migrate(url: str, grant_to: str | None) -> None:
    """Bring the database up to date, and let a PostgreSQL role run on it. Raises AlreadyRunning or NoDatabase."""
    async with served(url):
        if grant_to:
            with said_plainly(url):
                grant(url, grant_to)


@contextmanager
def said_plainly(url: str) -> Iterator[None]:
    """What the database refuses is told in a sentence. Raises NoDatabase."""
    try:
        yield
    except DBAPIError as error:
        raise NoDatabase(_sentence(url, str(error.orig))) from None
    except DatabaseAway as error:
        raise NoDatabase(_sentence(url, error.reason)) from None
    except OSError as error:
        raise NoDatabase(_sentence(url, error.strerror or type(error).__name__)) from None


def _sentence(url: str, reason: str) -> str:
    """Names the database without its password."""
    parsed = make_url(url)
    where = f"{parsed.host or 'localhost'}:{parsed.port or 5432}/{parsed.database or ''}"
    which = parsed.database if parsed.get_backend_name() == "sqlite" else where
    said = " ".join(reason.split())
    if "no such table" in said or "UndefinedTable" in said or ("relation" in said and "exist" in said):
        return f"The database {which} isn't set up yet. Run `daypass migrate` or `daypass serve`."
    remedy = "Check DATABASE_URL, and that the database is running and Daypass can log in."
    return f"The database {which} can't be used: {said.rstrip('.')}. {remedy}"
