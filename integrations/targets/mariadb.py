"""A MariaDB or MySQL whose logins Vault makes: asked by the procedure of examples/vault/mariadb/target.sql."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from integrations.targets.batching import Together
from integrations.targets.database_errors import cannot_be_asked, login_left, not_tried
from integrations.targets.kind import TargetKind, on_this_machine
from workflows.ports import Retryable

_CONNECT_SECONDS = 5
_ANSWER_SECONDS = 8.0
_CONNECTIONS = 2
_LOGINS_PER_CALL = 50
"""Looked up in one call; names of MariaDB have at most 80 characters, and the procedure reads 4,096."""
_NAMED = 5
"""How many of the sessions that are left a sentence names."""
_ACCESS_DENIED = 1045
_LEFT = text("CALL daypass.end_leftovers(:logins)")


class MariaDBTarget:
    """One database server, and a login there that may call one procedure and read nothing."""

    kind = "database"

    def __init__(self, name: str, engine: AsyncEngine, arguments: Mapping[str, Any]) -> None:
        self._name = name
        self._engine = engine
        self._arguments = dict(arguments)
        self._left = Together(self._left_of, _LOGINS_PER_CALL)

    async def confirm_gone(self, account: str) -> None:
        """Return when no login `account` is there, nor a session of it. Raises Retryable with what is left.

        Sessions of logins of Vault's that are gone are ended first.
        """
        sessions = await self._left.of(account)
        if any(sessions):
            raise Retryable(self._still_connected(account, [one for one in sessions if one]))
        if sessions:
            raise login_left(self._name, account)

    async def admits(self, account: str, password: SecretStr) -> bool:
        """Whether a login with this name and password is let in. Raises Retryable if the server doesn't answer."""
        url = self._engine.url.set(username=account, password=password.get_secret_value())
        engine = create_async_engine(url, pool_size=1, max_overflow=0, connect_args=self._arguments)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS), engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except TimeoutError:
            raise not_tried(self._name, "it didn't answer in time") from None
        except (DBAPIError, OSError) as error:
            if _code(error) == _ACCESS_DENIED:
                return False
            raise not_tried(self._name, _reason(error)) from None
        finally:
            await engine.dispose()
        return True

    async def close(self) -> None:
        """Ask no more, and close the connections."""
        await self._left.close()
        await self._engine.dispose()

    async def _left_of(self, accounts: Sequence[str]) -> Mapping[str, list[int]]:
        """What is left of each login: its sessions' numbers, and 0 for the login itself."""
        try:
            async with asyncio.timeout(_ANSWER_SECONDS), self._engine.connect() as connection:
                rows = (await connection.execute(_LEFT, {"logins": ",".join(accounts)})).all()
        except TimeoutError:
            raise cannot_be_asked(self._name, "it didn't answer in time") from None
        except (DBAPIError, OSError) as error:
            raise cannot_be_asked(self._name, _reason(error)) from None
        left: dict[str, list[int]] = {account: [] for account in accounts}
        for session, login in rows:
            left[str(login)].append(int(session))
        return left

    def _still_connected(self, account: str, sessions: Sequence[int]) -> str:
        named = ", ".join(map(str, sessions[:_NAMED]))
        more = f" and {len(sessions) - _NAMED} more" if len(sessions) > _NAMED else ""
        return (
            f"Vault has ended it, but at the database {self._name} sessions of {account} are still open: "
            f"{named}{more}."
        )


@asynccontextmanager
async def open_mariadb(name: str, url: SecretStr) -> AsyncIterator[MariaDBTarget]:
    """The target; its connections are opened when they are needed and closed with the block."""
    parsed = make_url(url.get_secret_value())
    arguments = {"connect_timeout": _CONNECT_SECONDS, **_encryption(parsed)}
    engine = create_async_engine(
        parsed.set(drivername="mysql+aiomysql", query={}),
        isolation_level="AUTOCOMMIT",
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args=arguments,
    )
    target = MariaDBTarget(name, engine, arguments)
    try:
        yield target
    finally:
        await target.close()


def _encryption(url: URL) -> dict[str, Any]:
    """The server's certificate is always looked at, but on this machine."""
    if on_this_machine(url):
        return {}
    authority = url.query.get("ssl_ca")
    return {"ssl": ssl.create_default_context(cafile=str(authority) if authority else None)}


def _fault(url: URL) -> str | None:
    beyond = sorted(set(url.query) - {"ssl_ca"})
    return f"has “{beyond[0]}”, which Daypass doesn't know; only ssl_ca can be set" if beyond else None


def _reason(error: Exception) -> str:
    """Without addresses or statements: the server's own words about rights, and nothing else."""
    return _REASONS.get(_code(error), "no connection could be made")


def _code(error: Exception) -> int:
    """MariaDB's error code; 0 if it says none."""
    said = getattr(getattr(error, "orig", None), "args", ())
    return said[0] if said and isinstance(said[0], int) else 0


_REASONS = {
    1044: "Daypass's login there lacks a right",
    1045: "the server refused Daypass's login",
    1305: "examples/vault/mariadb/target.sql wasn't run there",
    1370: "Daypass's login there may not call daypass.end_leftovers",
}
"""By MariaDB's error codes (https://mariadb.com/kb/en/mariadb-error-code-reference/)."""

MARIADB = TargetKind(
    "MariaDB",
    "mariadb://user:password@host?ssl_ca=/etc/ssl/db.pem",
    open_mariadb,
    _fault,
)
