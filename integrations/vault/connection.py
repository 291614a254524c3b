"""One kept-alive connection to Vault or OpenBao, Daypass's login on it, and the threads that use it.

hvac is synchronous. What belongs together (a whole minting) is one function that runs in one thread.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, cast

import urllib3
from hvac.adapters import RawAdapter
from pydantic import SecretStr

from integrations.vault.clock import ServerClock
from integrations.vault.errors import Failure, failure_of
from integrations.vault.http import Answer, Session
from integrations.vault.read_after_write import LatestIndex
from workflows.ports import Permanent

_T = TypeVar("_T")

_CONNECT_SECONDS = 2.0
_READ_SECONDS = 10.0
_PARALLEL_LOOKUPS = 8

Use = Literal["minting", "ending", "other"]
_THREADS: Mapping[Use, int] = {"minting": 8, "ending": 8, "other": 8}
"""For each use its own: a slow search or a hundred mintings hold up no ending."""
_POOL = sum(_THREADS.values()) + _PARALLEL_LOOKUPS
NO_HIGH_LOGIN = (
    "High-risk and critical credentials need a second login to Vault, which Daypass doesn't have. "
    "An operator has to set VAULT_HIGH_ROLE_ID and VAULT_HIGH_SECRET_ID; examples/vault/apply.sh prints them."
)


@dataclass(frozen=True)
class AppRole:
    """Daypass's login by AppRole; `mount` is where that auth method is enabled."""

    role_id: str
    secret_id: SecretStr
    mount: str = "approle"


@dataclass(frozen=True)
class FixedToken:
    """A token given from outside, to try things out: nobody renews it."""

    token: SecretStr


Login = AppRole | FixedToken


@dataclass(frozen=True)
class Health:
    """What a node says of itself (https://openbao.org/api-docs/system/health/)."""

    status: int
    standby: bool
    version: str
    at: datetime | None
    """Its clock, to a second."""


@dataclass(frozen=True)
class Logins:
    """How Daypass logs in, all in one namespace: every day, and to make tokens of high and critical grants.

    A fixed token serves for both.
    """

    everyday: Login
    high: Login | None = None
    namespace: str | None = None


@dataclass
class _Session:
    login: Login
    settings: str
    token: str = field(default="", repr=False)
    good_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Connection:
    """Calls to one Vault server. `call` and `own` block: use them inside `run`."""

    def __init__(self, addr: str, logins: Logins, *, ca_file: str | None = None) -> None:
        self.addr = addr
        self.namespace = logins.namespace
        self.logins = logins
        self.clock = ServerClock()
        self._index = LatestIndex()
        self._http: Any = Session(_POOL, ca_file)
        self._everyday = _Session(logins.everyday, "VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_TOKEN")
        self._high = _high_session(logins)
        self._threads = {
            use: ThreadPoolExecutor(number, thread_name_prefix=f"vault-{use}")
            for use, number in _THREADS.items()
        }
        self._lookers = ThreadPoolExecutor(_PARALLEL_LOOKUPS, thread_name_prefix="vault-look")

    def __repr__(self) -> str:
        return f"Connection({self.addr!r})"

    @property
    def has_high_login(self) -> bool:
        """Whether tokens of high and critical grants can be made."""
        return self._high is not None

    async def run(self, work: Callable[..., _T], *arguments: Any, use: Use = "other") -> _T:
        """Run blocking work in one of this connection's threads for that use."""
        return await asyncio.get_running_loop().run_in_executor(self._threads[use], work, *arguments)

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        wrap_seconds: int | None = None,
        within: float = _READ_SECONDS,
    ) -> dict[str, Any]:
        """One request, answered within `within` seconds; `{}` if the answer is empty.

        Raises Failure, also if what comes isn't an answer of Vault's: each has a `request_id`.
        """
        response = self._send(
            RawAdapter(self.addr, token, session=self._http, namespace=self.namespace),
            method,
            f"/v1/{path}",
            json=body,
            wrap_ttl=wrap_seconds,
            timeout=(min(_CONNECT_SECONDS, within), min(_READ_SECONDS, within)),
        )
        if response.ok and response.status == 204:
            return {}
        found = response.document()
        if not response.ok or not isinstance(found, dict) or "request_id" not in found:
            raise failure_of(response)
        return found

    def own(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        high: bool = False,
        **options: Any,
    ) -> dict[str, Any]:
        """A request with Daypass's own token, logged in again once if Vault refuses. Raises Failure.

        With `high` by the login that makes tokens of high and critical grants. Raises Permanent if it isn't set.
        """
        session = self._high if high else self._everyday
        if session is None:
            raise Permanent(NO_HIGH_LOGIN)
        token = self._token(session)
        try:
            return self.call(method, path, body, token=token, **options)
        except Failure as failure:
            if not failure.refused(403) or isinstance(session.login, FixedToken):
                raise
        return self.call(method, path, body, token=self._token(session, worn_out=token), **options)

    def each(self, work: Callable[[_T], Any], items: list[_T]) -> list[Any]:
        """`work` on every item, answers in order; eight at once, however many ask. Blocks."""
        return list(self._lookers.map(work, items))

    def health(self) -> Health:
        """How the node that answers is. Raises Failure, but not if Vault itself says that it isn't well."""
        answer = self._unnamed("sys/health")
        found = answer.document()
        if not isinstance(found, dict) or "sealed" not in found:
            raise failure_of(answer)
        told = found.get("server_time_utc")
        at = datetime.fromtimestamp(told, UTC) if told else None
        return Health(answer.status, bool(found.get("standby")), str(found.get("version", "")), at)

    def has_active_node(self) -> bool:
        """Whether a node is active, as far as the one that answers knows. Raises Failure."""
        answer = self._unnamed("sys/leader")
        found = answer.document()
        if not answer.ok or not isinstance(found, dict) or "ha_enabled" not in found:
            raise failure_of(answer)
        return bool(found.get("leader_address")) or not found["ha_enabled"]

    def _unnamed(self, path: str) -> Answer:
        """These live outside namespaces and need no token."""
        adapter = RawAdapter(self.addr, session=self._http)
        return self._send(adapter, "get", f"/v1/{path}", timeout=(_CONNECT_SECONDS, _CONNECT_SECONDS))

    async def close(self) -> None:
        """Let the work in hand finish, end the session in Vault if it can be reached, let go of sockets."""
        await self.run(self._log_out)
        for threads in self._threads.values():
            await asyncio.to_thread(threads.shutdown)
        await asyncio.to_thread(self._lookers.shutdown)
        self._http.close()

    def _send(self, adapter: RawAdapter, method: str, path: str, **options: Any) -> Answer:
        sent = time.monotonic()
        try:
            headers = self._index.headers()
            answer: Any = adapter.request(method, path, headers=headers, raise_exception=False, **options)
        except urllib3.exceptions.HTTPError as error:
            raise failure_of(error) from None
        self.clock.heard(answer.date, sent, time.monotonic())
        self._index.heard(answer.index)
        if answer.status == 412 or b"X-Vault-Index" in answer.content:
            self._index.forget()
        return cast(Answer, answer)

    def _token(self, session: _Session, worn_out: str | None = None) -> str:
        if isinstance(session.login, FixedToken):
            return session.login.token.get_secret_value()
        with session.lock:
            if time.monotonic() >= session.good_until or session.token == worn_out:
                self._log_in(session, session.login)
            return session.token

    def _log_in(self, session: _Session, role: AppRole) -> None:
        proof = {"role_id": role.role_id, "secret_id": role.secret_id.get_secret_value()}
        try:
            auth = self.call("post", f"auth/{role.mount}/login", proof)["auth"]
        except Failure as failure:
            raise failure.while_logging_in(session.settings) from None
        session.token = auth["client_token"]
        session.good_until = time.monotonic() + (auth["lease_duration"] or 3600) * 2 / 3

    def _log_out(self) -> None:
        for session in (self._everyday, self._high):
            if session and session.token:
                with suppress(Failure):
                    self.call("post", "auth/token/revoke-self", token=session.token, within=_CONNECT_SECONDS)


def _high_session(logins: Logins) -> _Session | None:
    login = logins.high or (logins.everyday if isinstance(logins.everyday, FixedToken) else None)
    return _Session(login, "VAULT_HIGH_ROLE_ID and VAULT_HIGH_SECRET_ID") if login else None
