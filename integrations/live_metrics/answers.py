"""Answers with numbers, over HTTP. Nothing in them is trusted to be what it should, and no word of them is repeated."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx2

from integrations.egress import Reach
from integrations.http_client import Guard, basic, bearer, explained, guarded_client
from integrations.json_answers import is_passing, seconds_to_wait
from integrations.live_metrics.kind import MetricsAddress
from workflows.ports import Permanent, Retryable

MAX_ANSWER_BYTES = 1 << 20
ANSWER_SECONDS = 10.0


class MetricsApi:
    """One system, which people call `name`."""

    def __init__(self, name: str, client: httpx2.AsyncClient) -> None:
        self.name = name
        self._client = client

    async def ask(
        self, method: str, url: str, fits: tuple[int, ...] = (200,), **options: Any
    ) -> tuple[int, Any]:
        """The status, one of those that fit, and with 200 the document. Raises Retryable or Permanent."""
        try:
            answer = await self._client.request(method, url, **options)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, self.name) from None
        if answer.status_code in (401, 403):
            what = f"{self.name} rejected Daypass's login ({answer.status_code})."
            raise Permanent(f"{what} Ask an operator to check DAYPASS_LIVE_METRICS.")
        if answer.status_code not in fits:
            if is_passing(answer.status_code):
                later = Retryable(f"{self.name} is unavailable ({answer.status_code}).")
                later.pause = seconds_to_wait(answer.headers.get("retry-after"))
                raise later
            raise Permanent(f"{self.name} answered {answer.status_code}.")
        return answer.status_code, self._read(answer.content) if answer.status_code == 200 else None

    def _read(self, body: bytes) -> Any:
        """The document, its numbers as they are written."""
        try:
            return json.loads(body.decode(), parse_float=Decimal, parse_int=Decimal, parse_constant=_refused)
        except (ValueError, ArithmeticError, RecursionError):
            raise Permanent(f"{self.name} sent an answer that isn't JSON.") from None


@asynccontextmanager
async def open_metrics_api(name: str, address: MetricsAddress, reach: Reach) -> AsyncIterator[MetricsApi]:
    """Calls to the host of this address and to no other, over kept-alive connections."""
    guard = Guard(reach.naming(address.url))
    headers = {"Accept": "application/json", **_login(address)}
    async with guarded_client(guard, headers, MAX_ANSWER_BYTES, ANSWER_SECONDS) as client:
        yield MetricsApi(name, client)


def _login(address: MetricsAddress) -> Mapping[str, str]:
    if address.token is None:
        return {}
    return bearer(address.token) if address.username is None else basic(address.username, address.token)


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} isn't JSON")
