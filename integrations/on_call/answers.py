"""Asks a system that keeps schedules, and says in a sentence what is wrong when its answer can't be used."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any

import httpx2

from integrations.egress import Reach
from integrations.http_client import Guard, explained, guarded_client
from integrations.json_answers import built_as_documented, is_passing, json_object, seconds_to_wait
from workflows.ports import Permanent, Retryable

ANSWER_SECONDS = 8.0
MAX_ANSWER_BYTES = 2 << 20
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
        found = json_object(answer.content)
        if found is None:
            raise Permanent(UNUSABLE.format(system=system))
        return found


@asynccontextmanager
async def open_answers(reach: Reach) -> AsyncIterator[Answers]:
    """A client for addresses that `reach` admits."""
    async with guarded_client(Guard(reach), max_bytes=MAX_ANSWER_BYTES, seconds=ANSWER_SECONDS) as client:
        yield Answers(client)


def usable(system: str) -> AbstractContextManager[None]:
    """Reading an answer that isn't built as documented raises Permanent."""
    return built_as_documented(UNUSABLE.format(system=system))


def person(address: object, system: str, id: object) -> str:
    """Somebody by their e-mail address; who has none is named so that nobody in Slack is called that."""
    return address if isinstance(address, str) and "@" in address else f"{system}'s user {id}"


def _refusal(answer: httpx2.Response, system: str, setting: str) -> Retryable | Permanent:
    status = answer.status_code
    if status in (401, 403):
        return Permanent(DENIED.format(system=system, setting=setting))
    if status == 404:
        return Permanent(MISSING.format(system=system))
    if is_passing(status):
        busy = Retryable(BUSY.format(system=system))
        busy.pause = _pause(answer)
        return busy
    return Permanent(UNUSABLE.format(system=system))


def _pause(answer: httpx2.Response) -> float | None:
    """The seconds that it asks to wait, as Retry-After or, at PagerDuty, ratelimit-reset."""
    return seconds_to_wait(answer.headers.get("retry-after") or answer.headers.get("ratelimit-reset"))
