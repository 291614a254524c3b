"""The HTTP client of all requests that Daypass itself makes, but for Slack's and Vault's, which have their own.

https, but to this machine; no redirects; no proxies out of the environment; addresses that `Reach` admits, looked at
after the name was resolved, and the connection goes to the very address that was looked at; answers in time, of a
bounded size, not compressed.
"""

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpcore2
import httpx2
from pydantic import SecretStr

from integrations.egress import Reach
from workflows.policy.hosts import host_name, is_loopback
from workflows.ports import Permanent, Retryable
from workflows.text import one_line

CONNECT_SECONDS = 3.0
IDLE_SECONDS = 20.0
"""Between two pieces of an answer."""
MAX_ANSWER_BYTES = 8 << 20
ANSWER_SECONDS = 20.0
"""From the request to the end of its answer, unless more is allowed."""
CONNECTIONS = 32


class NotAllowed(httpx2.RequestError):
    """Where the request was to go isn't somewhere Daypass goes; nothing was sent."""


class UnfitAnswer(httpx2.RequestError):
    """What came back is larger than was said or allowed, or compressed."""


class Guard(httpx2.AsyncHTTPTransport):
    """Sends to where `reach` admits. Answers are streamed: whoever reads them counts bytes and seconds."""

    def __init__(self, reach: Reach, authorities: Path | None = None) -> None:
        """`authorities` is a file of certificates to trust instead of the system's. Raises OSError if it isn't one."""
        trusted = ssl.create_default_context(cafile=authorities) if authorities else _authorities()
        super().__init__(verify=trusted, trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=trusted,
            max_connections=CONNECTIONS,
            max_keepalive_connections=CONNECTIONS,
            keepalive_expiry=15,
            network_backend=_Pinned(reach),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.userinfo or not _protected(request.url):
            raise NotAllowed(_not_protected(request.url), request=request)
        request.headers["Accept-Encoding"] = "identity"
        request.extensions = {**request.extensions, "timeout": _TIMEOUTS}
        answer = await super().handle_async_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            await answer.aclose()
            raise UnfitAnswer("the response is compressed, which Daypass doesn't accept", request=request)
        return answer


class Whole(httpx2.AsyncBaseTransport):
    """Reads each answer to its end, at most `max_bytes` of it within `seconds`, before anybody sees it.

    The client that it is given to doesn't own it: Authlib opens and closes one for each call.
    """

    def __init__(
        self, inner: Guard, max_bytes: int = MAX_ANSWER_BYTES, seconds: float = ANSWER_SECONDS
    ) -> None:
        self._inner = inner
        self._max_bytes = max_bytes
        self._seconds = seconds

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._inner.handle_async_request(request)
                try:
                    body = b"".join([piece async for piece in bounded(answer, self._max_bytes)])
                finally:
                    await answer.aclose()
        except TimeoutError:
            raise httpx2.ReadTimeout(
                f"no complete response within {self._seconds:g} s", request=request
            ) from None
        return httpx2.Response(answer.status_code, headers=answer.headers, content=body, request=request)


class _Owning(Whole):
    """The same for a client that lives as long as its guard."""

    async def aclose(self) -> None:
        await self._inner.aclose()


def guarded_client(
    guard: Guard,
    headers: Mapping[str, str] | None = None,
    max_bytes: int = MAX_ANSWER_BYTES,
    seconds: float = ANSWER_SECONDS,
) -> httpx2.AsyncClient:
    """A client whose answers are whole; closing it closes the guard's connections."""
    return httpx2.AsyncClient(transport=_Owning(guard, max_bytes, seconds), trust_env=False, headers=headers)


def bearer(token: SecretStr) -> dict[str, str]:
    """The header of a call with a token (RFC 6750)."""
    return {"Authorization": f"Bearer {token.get_secret_value()}"}


def basic(username: str, password: SecretStr) -> dict[str, str]:
    """The header of a call with a user and password (RFC 7617)."""
    both = f"{username}:{password.get_secret_value()}".encode()
    return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}


async def bounded(answer: httpx2.Response, most: int) -> AsyncIterator[bytes]:
    """The pieces of a body; raises UnfitAnswer as soon as there are more than `most` bytes, said or read."""
    said = answer.headers.get("content-length", "0")
    if not said.isascii() or not said.isdigit() or len(said) > 18 or int(said) > most:
        raise UnfitAnswer(f"the response is larger than {most} bytes")
    size = 0
    async for piece in answer.aiter_raw():
        size += len(piece)
        if size > most:
            raise UnfitAnswer(f"the response is larger than {most} bytes")
        yield piece


def explained(error: httpx2.HTTPError | httpx2.InvalidURL, who: str) -> Retryable | Permanent:
    """What went wrong on the way to `who` (“MLflow”), for a person to read; no word of the answer is in it."""
    if isinstance(error, NotAllowed):
        return Permanent(str(error))
    if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol):
        return Permanent(f"The address of {who} isn't valid. Correct it.")
    if isinstance(error, UnfitAnswer):
        return Permanent(f"{who} sent a response that Daypass can't use: {error}.")
    what = one_line(str(error), 200) or type(error).__name__
    return Retryable(f"{who} can't be reached: {what}. Daypass tries again.")


@cache
def _authorities() -> ssl.SSLContext:
    """The system's certificate authorities, or those of SSL_CERT_FILE and SSL_CERT_DIR."""
    return ssl.create_default_context()


_TIMEOUTS = {"connect": CONNECT_SECONDS, "read": IDLE_SECONDS, "write": IDLE_SECONDS, "pool": ANSWER_SECONDS}


def _protected(url: httpx2.URL) -> bool:
    return url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))


def _not_protected(url: httpx2.URL) -> str:
    if url.userinfo:
        return f"The address of {url.host} contains a user or password. Remove it."
    return f"{url.host or 'This address'} isn't encrypted ({url.scheme}://). Use https://."


class _Pinned(httpcore2.AsyncNetworkBackend):
    """Looks a name up, refuses it if `reach` doesn't admit each of its addresses, and connects to one of these."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's own signature)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._resolved(host, port)
        if not all(self._reach.admits(host, one) for one in addresses):
            raise NotAllowed(
                f"{host_name(host)} has a private address, which Daypass doesn't call by default. "
                "To allow it, an operator adds the host to DAYPASS_PRIVATE_HOSTS."
            )
        for last, address in enumerate(addresses, start=1 - len(addresses)):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if last == 0:
                    raise
        raise httpcore2.ConnectError(f"{host_name(host)} has no address")

    async def _resolved(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            # Before Python 3.12 asyncio.wait_for may swallow the cancellation by which a request is bounded.
            async with asyncio.timeout(CONNECT_SECONDS):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            if isinstance(error, TimeoutError):
                raise httpcore2.ConnectTimeout(f"{host_name(host)} wasn't found in time") from None
            raise httpcore2.ConnectError(f"{host_name(host)} wasn't found") from None
        return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))[:8]
