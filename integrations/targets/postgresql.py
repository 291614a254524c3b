"""A PostgreSQL whose logins Vault makes: asked by the functions of examples/vault/warehouse-target.sql."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from workflows.database_url import STATELESS, async_url
from workflows.ports import Retryable

_CONNECT_SECONDS = 5
_ANSWER_SECONDS = 8.0
_CONNECTIONS = 4
_NAMED = 5
"""How many of the sessions that are left a sentence names."""


class PostgreSQLTarget:
    """One database server, and a login there that may call two functions and read nothing."""

    kind = "database"

    def __init__(self, name: str, engine: AsyncEngine) -> None:
        self._name = name
        self._engine = engine

    async def confirm_gone(self, account: str) -> None:
        """Return when no login `account` is there, nor a session of it or of any login that is gone.

        Sessions that nobody has a right to are ended first. Raises Retryable with what is left.
        """
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                sessions, exists = await self._left_of(account)
        except TimeoutError:
            raise Retryable(self._cannot("it didn't answer in time")) from None
        except (DBAPIError, OSError) as error:
            raise Retryable(self._cannot(_reason(error))) from None
        if sessions:
            raise Retryable(_still_connected(self._name, sessions))
        if exists:
            raise Retryable(
                f"The database {self._name} still has the login {account}, though Vault no longer knows it. "
                "An operator has to end it there (docs/for-operators.md, Alarms)."
            )

    async def _left_of(self, account: str) -> tuple[list[tuple[int, str]], bool]:
        left = func.daypass.end_leftovers(account).table_valued("session", "login")
        async with self._engine.connect() as connection:
            sessions = (await connection.execute(select(left.c.session, left.c.login))).all()
            exists = await connection.scalar(select(func.daypass.login_exists(account)))
        return [(session, login) for session, login in sessions], bool(exists)

    def _cannot(self, reason: str) -> str:
        return (
            f"Vault has ended it, but the database {self._name} can't be asked whether it is gone there: "
            f"{reason}."
        )


@asynccontextmanager
async def open_postgresql(name: str, url: SecretStr) -> AsyncIterator[PostgreSQLTarget]:
    """The target; its connections are opened when they are needed and closed with the block."""
    engine = create_async_engine(
        async_url(url.get_secret_value()),
        isolation_level="AUTOCOMMIT",
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={**STATELESS, "connect_timeout": _CONNECT_SECONDS, "application_name": "daypass"},
    )
    try:
        yield PostgreSQLTarget(name, engine)
    finally:
        await engine.dispose()


def _reason(error: Exception) -> str:
    """Without the parts of an error that hold addresses or statements."""
    words = getattr(getattr(getattr(error, "orig", None), "diag", None), "message_primary", None)
    return words or "no connection could be made"


def _still_connected(name: str, sessions: list[tuple[int, str]]) -> str:
    named = ", ".join(f"{session} ({login})" for session, login in sessions[:_NAMED])
    more = f" and {len(sessions) - _NAMED} more" if len(sessions) > _NAMED else ""
    return (
        f"Vault has ended it, but at the database {name} sessions are still open that were told to end: "
        f"{named}{more}."
    )
