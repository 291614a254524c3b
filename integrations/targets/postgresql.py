"""A PostgreSQL whose logins Vault makes: asked by the functions of examples/vault/warehouse-target.sql."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from integrations.targets.batching import Together
from integrations.targets.database_errors import cannot_be_asked, login_left, not_tried
from integrations.targets.kind import THIS_MACHINE, TargetKind
from workflows.database.url import STATELESS, async_url
from workflows.ports import Retryable

_CONNECT_SECONDS = 5
_ANSWER_SECONDS = 8.0
_CONNECTIONS = 2
_LOGINS_PER_QUERY = 50
"""Logins looked up in one query; many that end in the same second are looked up together."""
_NAMED = 5
"""How many of the sessions that are left a sentence names."""
_ARGUMENTS = {**STATELESS, "connect_timeout": _CONNECT_SECONDS, "application_name": "daypass"}


@dataclass(frozen=True)
class _Left:
    """What is left of a login: sessions, as process id and login, and the login itself."""

    sessions: Sequence[tuple[int, str]]
    login: bool


class PostgreSQLTarget:
    """One database server, and a login there that may call two functions and read nothing."""

    kind = "database"

    def __init__(self, name: str, engine: AsyncEngine) -> None:
        self._name = name
        self._engine = engine
        self._left = Together(self._left_of, _LOGINS_PER_QUERY)

    async def confirm_gone(self, account: str) -> None:
        """Return when no login `account` is there, nor a session of it or of any login that is gone.

        Sessions that nobody has a right to are ended first. Raises Retryable with what is left.
        """
        left = await self._left.of(account)
        if left.sessions:
            raise Retryable(_still_connected(self._name, left.sessions))
        if left.login:
            raise login_left(self._name, account)

    async def admits(self, account: str, password: SecretStr) -> bool:
        """Whether a login with this name and password is let in. Raises Retryable if the server doesn't answer.

        A refused login has no code that a client sees, so it counts as refused only if Daypass's own is let in then.
        """
        url = self._engine.url.set(username=account, password=password.get_secret_value())
        engine = create_async_engine(url, pool_size=1, max_overflow=0, connect_args=_ARGUMENTS)
        try:
            if await _answers(self._name, engine):
                return True
        finally:
            await engine.dispose()
        if not await _answers(self._name, self._engine):
            raise not_tried(self._name, "it refused Daypass's own login too")
        return False

    async def close(self) -> None:
        """Ask no more, and close the connections."""
        await self._left.close()
        await self._engine.dispose()

    async def _left_of(self, accounts: Sequence[str]) -> Mapping[str, _Left]:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                sessions, logins = await self._ask(accounts)
        except TimeoutError:
            raise cannot_be_asked(self._name, "it didn't answer in time") from None
        except (DBAPIError, OSError) as error:
            raise cannot_be_asked(self._name, _reason(error)) from None
        return {
            account: _Left(_concerning(account, accounts, sessions), account in logins)
            for account in accounts
        }

    async def _ask(self, accounts: Sequence[str]) -> tuple[list[tuple[int, str]], frozenset[str]]:
        """The sessions that are left, of these and of nobody, and which of the logins are still there."""
        left = func.daypass.end_leftovers(*accounts).table_valued("session", "login")
        exist = (func.daypass.login_exists(account) for account in accounts)
        async with self._engine.connect() as connection:
            sessions = (await connection.execute(select(left.c.session, left.c.login))).all()
            exists = (await connection.execute(select(*exist))).one()
        logins = frozenset(account for account, is_there in zip(accounts, exists, strict=True) if is_there)
        return [(session, login) for session, login in sessions], logins


@asynccontextmanager
async def open_postgresql(name: str, url: SecretStr) -> AsyncIterator[PostgreSQLTarget]:
    """The target; its connections are opened when they are needed and closed with the block."""
    engine = create_async_engine(
        async_url(url.get_secret_value()),
        isolation_level="AUTOCOMMIT",
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args=_ARGUMENTS,
    )
    target = PostgreSQLTarget(name, engine)
    try:
        yield target
    finally:
        await target.close()


async def _answers(name: str, engine: AsyncEngine) -> bool:
    """Whether the server lets this login in. Raises Retryable if it says nothing."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS), engine.connect() as connection:
            await connection.execute(select(1))
    except TimeoutError:
        raise not_tried(name, "it didn't answer in time") from None
    except (DBAPIError, OSError):
        return False
    return True


def _reason(error: Exception) -> str:
    """Without the parts of an error that hold addresses or statements."""
    words = getattr(getattr(getattr(error, "orig", None), "diag", None), "message_primary", None)
    return words or "no connection could be made"


def _concerning(
    account: str, asked: Sequence[str], sessions: Sequence[tuple[int, str]]
) -> list[tuple[int, str]]:
    """Without the sessions of the others that were asked about."""
    return [one for one in sessions if one[1] == account or one[1] not in asked]


def _still_connected(name: str, sessions: Sequence[tuple[int, str]]) -> str:
    named = ", ".join(f"{session} ({login})" for session, login in sessions[:_NAMED])
    more = f" and {len(sessions) - _NAMED} more" if len(sessions) > _NAMED else ""
    return (
        f"Vault has ended it, but at the database {name} sessions are still open that were told to end: "
        f"{named}{more}."
    )


def _fault(url: URL) -> str | None:
    encrypted = url.query.get("sslmode") in ("verify-ca", "verify-full")
    host = str(url.host or url.query.get("host", ""))
    if not encrypted and not host.startswith("/") and host not in THIS_MACHINE:
        return "has no sslmode=verify-full, so Daypass couldn't tell the database from an impostor"
    return None


POSTGRESQL = TargetKind(
    "PostgreSQL",
    "postgresql://user:password@host/database?sslmode=verify-full",
    open_postgresql,
    _fault,
)
