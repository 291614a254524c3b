"""A RabbitMQ whose users Vault makes: its management plugin says which connections they still have.

https://www.rabbitmq.com/docs/management#http-api; RabbitMQ closes the connections of a user that is deleted, and a
login with the tag `monitoring` sees whether it has.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from pydantic import SecretStr
from sqlalchemy.engine import URL, make_url

from integrations.egress import Reach
from integrations.http_client import Guard, explained, guarded_client
from integrations.targets.batching import Together
from integrations.targets.kind import TargetKind, on_this_machine
from workflows.ports import Retryable

_ANSWER_SECONDS = 8.0
_USERS_PER_LIST = 1_000
"""Users looked for in one list of connections."""
_NAMED = 3
"""How many of the connections that are left a sentence names."""
_SETTLING_SECONDS = 0.3
"""From a user's end until its connections are closed: RabbitMQ does it right after it has answered."""
_LIST = "api/connections?columns=name,user"


class RabbitMQTarget:
    """One cluster, and a user there that may look at its connections and nothing else."""

    kind = "broker"

    def __init__(self, name: str, client: httpx2.AsyncClient, address: str) -> None:
        self._name = name
        self._client = client
        self._address = address
        self._open = Together(self._open_of, _USERS_PER_LIST)

    async def confirm_gone(self, account: str) -> None:
        """Return when no connection of the user `account` is open. Raises Retryable with those that are."""
        if await self._open.of(account):
            await asyncio.sleep(_SETTLING_SECONDS)
        if left := await self._open.of(account):
            named = ", ".join(left[:_NAMED])
            more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
            raise Retryable(
                f"Vault has ended it, but at {self._name} connections of {account} are still open: {named}{more}. "
                "If they stay, an operator has to close them in RabbitMQ's management."
            )

    async def close(self) -> None:
        """Ask no more."""
        await self._open.close()

    async def _open_of(self, accounts: Sequence[str]) -> Mapping[str, list[str]]:
        """The names of each user's open connections."""
        found: dict[str, list[str]] = {account: [] for account in accounts}
        for one in await self._connections():
            if one.get("user") in found:
                found[one["user"]].append(str(one.get("name")))
        return found

    async def _connections(self) -> list[dict[str, Any]]:
        try:
            answer = await self._client.get(f"{self._address}/{_LIST}")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Retryable(self._cannot(str(explained(error, self._name)))) from None
        if answer.status_code != 200:
            raise Retryable(
                self._cannot(_REFUSED.get(answer.status_code, f"it answered {answer.status_code}."))
            )
        try:
            listed = answer.json()
        except ValueError:
            listed = None
        if not isinstance(listed, list):
            raise Retryable(self._cannot("it didn't answer with a list of connections."))
        return listed

    def _cannot(self, reason: str) -> str:
        return f"Vault has ended it, but {self._name} can't be asked whether connections are still open: {reason}"


_REFUSED = {
    401: "it refused Daypass's login, or that login lacks the tag “monitoring”.",
    403: "it refused Daypass's login, or that login lacks the tag “monitoring”.",
    404: "there is no management plugin at that address.",
}


@asynccontextmanager
async def open_rabbitmq(name: str, url: SecretStr) -> AsyncIterator[RabbitMQTarget]:
    """The target; its connections are opened when they are needed and closed with the block."""
    parsed = make_url(url.get_secret_value())
    address = _address(parsed)
    guard = Guard(Reach().naming(address))
    async with guarded_client(guard, {"Authorization": _basic(parsed)}, seconds=_ANSWER_SECONDS) as client:
        target = RabbitMQTarget(name, client, address)
        try:
            yield target
        finally:
            await target.close()


def _address(url: URL) -> str:
    scheme = url.drivername.partition("+")[2]
    host = f"[{url.host}]" if ":" in str(url.host) else url.host
    port = f":{url.port}" if url.port else ""
    path = f"/{url.database.strip('/')}" if url.database else ""
    return f"{scheme}://{host}{port}{path}"


def _basic(url: URL) -> str:
    return f"Basic {b64encode(f'{url.username}:{url.password}'.encode()).decode()}"


def _fault(url: URL) -> str | None:
    if not (url.host and url.username and url.password):
        return "needs a user, a password and a host"
    if url.drivername.endswith("+http") and not on_this_machine(url):
        return "isn't encrypted; write rabbitmq+https://"
    return None


RABBITMQ = TargetKind("RabbitMQ", "rabbitmq+https://user:password@host:15671", open_rabbitmq, _fault)
