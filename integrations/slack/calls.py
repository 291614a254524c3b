"""Calling Slack: one client, and what its errors mean for whoever called."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from workflows.ports import Permanent, Retryable

TIMEOUT = 10
"""Seconds for one call."""
PASSING = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_access_not_granted"}
)
"""Errors of Slack's own that are worth another try; all others say that the call itself is wrong."""


class Limited(Retryable):
    """Slack asks to wait for `pause` seconds."""

    def __init__(self, pause: float) -> None:
        super().__init__(f"Slack asks to wait for {pause:g} s before the next call.")
        self.pause = pause


class Declined(Permanent):
    """Slack refuses the call; `error` is its word for why."""

    def __init__(self, method: str, error: str) -> None:
        super().__init__(f"Slack refused {method}: {error}.")
        self.error = error


@asynccontextmanager
async def open_client(token: str, base_url: str) -> AsyncIterator[AsyncWebClient]:
    """A client that keeps its connections open."""
    connector = aiohttp.TCPConnector(limit=32, keepalive_timeout=60)
    async with aiohttp.ClientSession(
        connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT)
    ) as session:
        yield AsyncWebClient(token, base_url=base_url, timeout=TIMEOUT, session=session)


async def call(method: str, doing: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Slack's answer. Raises Limited, Retryable or Declined."""
    try:
        answer = await doing
    except SlackApiError as error:
        raise _meaning(method, error) from None
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Retryable(f"Slack can't be reached for {method} ({type(error).__name__}).") from None
    data = answer.data
    assert isinstance(data, dict)
    return data


async def pages(
    method: str, ask: Callable[[str | None], Awaitable[AsyncSlackResponse]]
) -> AsyncIterator[dict[str, Any]]:
    """Every page of a list; `ask` gets the cursor of the next one. Raises Limited, Retryable or Declined."""
    cursor = ""
    while True:
        page = await call(method, ask(cursor or None))
        yield page
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return


async def channel_named(
    client: AsyncWebClient, name: str, *, exclude_archived: bool
) -> dict[str, Any] | None:
    """The channel of this name, if Daypass can see one. Raises Limited, Retryable or Declined."""

    def ask(cursor: str | None) -> Awaitable[AsyncSlackResponse]:
        return client.conversations_list(
            types="public_channel,private_channel",
            exclude_archived=exclude_archived,
            limit=200,
            cursor=cursor,
        )

    async for page in pages("conversations.list", ask):
        for channel in page.get("channels", []):
            if channel["name"] == name:
                return dict(channel)
    return None


def _meaning(method: str, error: SlackApiError) -> Retryable | Permanent:
    response = error.response
    status = getattr(response, "status_code", 0)
    if status == 429:
        return Limited(float(response.headers.get("Retry-After", 1)))
    word = str(response.get("error", "")) if isinstance(getattr(response, "data", None), dict) else ""
    if status >= 500 or not word or word in PASSING:
        return Retryable(f"Slack failed at {method} ({word or status}).")
    if word == "ratelimited":
        return Limited(1.0)
    return Declined(method, word)
