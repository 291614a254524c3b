"""Asks a system that keeps schedules, and says in a sentence what is wrong when its answer can't be used."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2

from integrations.egress import Reach
from integrations.http_client import Guard, explained, guarded_client
from workflows.ports import Permanent, Retryable

ANSWER_SECONDS = 8.0
MAX_ANSWER_BYTES = 2 << 20
MAX_PAUSE_SECONDS = 3_600.0
DENIED = "{system} doesn't accept Daypass's key. Ask an operator to check {setting}."
MISSING = "{system} has no such schedule, or Daypass's key may not read it."
BUSY = "{system} is unavailable right now, or gets too many requests."
UNUSABLE = "{system} sent a response that Daypass can't use."
NOT_SET_UP = "Daypass isn't connected to {system}. Ask an operator to set {setting}."


Params = tuple[tuple[str, str], ...]


class Answers:
    """The client of all of them, over kept-alive connections."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def get(
        self,
        system: str,
        setting: str,
        url: str,
        headers: Mapping[str, str],
        params: Params = (),
    ) -> httpx2.Response:
        """The answer, if it is 200 or 304. Raises Retryable or Permanent; no word of the answer or address is in it."""
        try:
            answer = await self._client.get(url, headers=headers, params=params or None)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, system) from None
        if answer.status_code in (200, 304):
            return answer
        raise _refusal(answer, system, setting)

    async def object(
        self,
        system: str,
        setting: str,
        url: str,
        headers: Mapping[str, str],
        params: Params,
    ) -> Mapping[str, Any]:
        """The JSON object that is answered. Raises Retryable or Permanent."""
        answer = await self.get(system, setting, url, headers, params)
        try:
            found = json.loads(answer.content)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Permanent(UNUSABLE.format(system=system))
        return found


@asynccontextmanager
async def open_answers(reach: Reach) -> AsyncIterator[Answers]:
    """A client for addresses that `reach` admits."""
    async with guarded_client(Guard(reach), max_bytes=MAX_ANSWER_BYTES, seconds=ANSWER_SECONDS) as client:
        yield Answers(client)


@contextmanager
def usable(system: str) -> Iterator[None]:
    """Reading an answer that isn't built as documented raises Permanent."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise Permanent(UNUSABLE.format(system=system)) from None


def person(address: object, system: str, id: object) -> str:
    """Somebody by their e-mail address; who has none is named so that nobody in Slack is called that."""
    return address if isinstance(address, str) and "@" in address else f"{system}'s user {id}"


def moment(said: str) -> datetime:
    """The moment of an RFC 3339 text. Raises ValueError."""
    found = datetime.fromisoformat(said)
    if found.tzinfo is None:
        raise ValueError("a time without an offset")
    return found.astimezone(UTC)


def _refusal(answer: httpx2.Response, system: str, setting: str) -> Retryable | Permanent:
    status = answer.status_code
    if status in (401, 403):
        return Permanent(DENIED.format(system=system, setting=setting))
    if status == 404:
        return Permanent(MISSING.format(system=system))
    if status in (408, 425, 429) or status >= 500:
        busy = Retryable(BUSY.format(system=system))
        busy.pause = _pause(answer)
        return busy
    return Permanent(UNUSABLE.format(system=system))


def _pause(answer: httpx2.Response) -> float | None:
    """The seconds that it asks to wait, as Retry-After or, at PagerDuty, ratelimit-reset."""
    said = answer.headers.get("retry-after") or answer.headers.get("ratelimit-reset") or ""
    return min(float(said), MAX_PAUSE_SECONDS) if said.isascii() and said.isdigit() else None
