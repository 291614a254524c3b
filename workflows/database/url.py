"""Database URLs as people write them, turned into what the drivers take."""

from typing import Any

from sqlalchemy.engine import URL, make_url

POSTGRESQL = ("postgresql", "postgres")
STATELESS: dict[str, Any] = {"prepare_threshold": None}
"""For psycopg: nothing is left in a session at the server, so a pooler may give each transaction another one.

https://www.psycopg.org/psycopg3/docs/advanced/prepare.html#using-prepared-statements-with-pgbouncer
"""


def async_url(url: str) -> URL:
    """The URL with its asynchronous driver: `postgresql://` and `sqlite://` are what people write."""
    return _with_driver(url, "postgresql+psycopg", "sqlite+aiosqlite")


def sync_url(url: str) -> URL:
    """The URL with a synchronous driver, which is all that Alembic needs."""
    return _with_driver(url, "postgresql+psycopg", "sqlite")


IMPATIENT = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
"""For libpq, unless the URL says otherwise: a server that has vanished without a word isn't waited for for minutes.

Seconds and milliseconds: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""


def driver_arguments(url: URL) -> dict[str, Any]:
    """What the driver is told besides what the URL says."""
    if url.get_backend_name() == "sqlite":
        return {}
    return STATELESS | {name: value for name, value in IMPATIENT.items() if name not in url.query}


def _with_driver(url: str, postgresql: str, sqlite: str) -> URL:
    """Without `prepare_threshold`, which other tools want before a pooler and psycopg can't read from a URL."""
    parsed = make_url(url).difference_update_query(STATELESS)
    backend = parsed.get_backend_name()
    return parsed.set(drivername=postgresql if backend in POSTGRESQL else sqlite)
