"""Calls to a ticket system's API, as JSON. Nothing that it answers is trusted to be what it should.

Each call goes to the host that the operator configured, and to no other: redirects aren't followed.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from integrations.egress import Reach
from integrations.http_client import Guard, basic, bearer, explained, guarded_client
from integrations.json_answers import built_as_documented, is_passing, json_object, seconds_to_wait
from integrations.tickets.kind import TicketAddress
from workflows.ports import Permanent, Retryable
from workflows.text import one_line

MAX_ANSWER_BYTES = 1 << 20
ANSWER_SECONDS = 10.0
MAX_TITLE_CHARS = 200
MAX_STATUS_CHARS = 60
MAX_NAME_CHARS = 140
"""Of a key or a project."""
INVALID = "{system} sent an invalid answer."
LIMITED = (403, 429)
"""What says, with seconds to wait, that Daypass has asked too often."""


@dataclass(frozen=True)
class Answer:
    """What it answered: `document` is None unless that is a JSON object."""

    status: int
    headers: Mapping[str, str]
    document: dict[str, Any] | None


Pause = Callable[[Answer], float | None]
"""How many seconds an answer asks Daypass to wait; None if it doesn't."""


def retry_after(answer: Answer) -> float | None:
    """The seconds of Retry-After."""
    return seconds_to_wait(answer.headers.get("retry-after"))


class JsonApi:
    """One ticket system, which people call `name`; `pause` says how it limits the rate of calls."""

    def __init__(
        self, name: str, url: str, guard: Guard, headers: Mapping[str, str], pause: Pause = retry_after
    ) -> None:
        self.name = name
        self._pause = pause
        self._url = url.rstrip("/")
        self._client = guarded_client(guard, headers, MAX_ANSWER_BYTES, ANSWER_SECONDS)
        self._resumes_at = 0.0

    async def get(self, path: str, headers: Mapping[str, str] | None = None, **query: str) -> Answer:
        """Ask for it. `path` is already quoted. Raises Retryable or Permanent when nothing can be told from the answer."""
        if time.monotonic() < self._resumes_at:
            raise Retryable(f"{self.name} asked Daypass to wait.")
        try:
            answer = await self._client.get(f"{self._url}/{path}", params=query, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, self.name) from None
        found = Answer(answer.status_code, answer.headers, json_object(answer.content))
        self._check(found)
        return found

    def _unavailable(self, sentence: str, pause: float | None) -> Retryable:
        """It doesn't work just now; for so many seconds, if it says so, it isn't asked again."""
        if pause:
            self._resumes_at = time.monotonic() + pause
        return Retryable(sentence)

    def invalid(self) -> Permanent:
        """An answer that isn't built as this system's are."""
        return Permanent(INVALID.format(system=self.name))

    def locked_out(self, status: int) -> Permanent:
        """Daypass's login isn't let in."""
        return Permanent(
            f"{self.name} rejected Daypass's login ({status}). Ask an operator to check DAYPASS_TICKETS."
        )

    def plausible(self) -> AbstractContextManager[None]:
        """Reading an answer that isn't built as this system's are raises Permanent."""
        return built_as_documented(INVALID.format(system=self.name))

    def _check(self, answer: Answer) -> None:
        pause = self._pause(answer)
        if answer.status in LIMITED and pause is not None:
            raise self._unavailable(f"{self.name}'s rate limit is used up.", pause)
        if is_passing(answer.status):
            raise self._unavailable(f"{self.name} is unavailable ({answer.status}).", pause)
        if answer.status in (401, 403):
            raise self.locked_out(answer.status)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


def text_of(value: Any, most: int) -> str:
    """A text of the answer as one line. Raises TypeError for what is none."""
    if not isinstance(value, str):
        raise TypeError
    return one_line(value, most)


@asynccontextmanager
async def open_api(
    name: str,
    address: TicketAddress,
    reach: Reach,
    headers: Mapping[str, str],
    pause: Pause = retry_after,
) -> AsyncIterator[JsonApi]:
    """Calls to the system at this address, over kept-alive connections."""
    guard = Guard(reach.naming(address.url))
    api = JsonApi(name, address.url, guard, {**headers, **_login(address)}, pause)
    try:
        yield api
    finally:
        await api.close()


def _login(address: TicketAddress) -> dict[str, str]:
    if address.token is None:
        return {}
    return bearer(address.token) if address.username is None else basic(address.username, address.token)
