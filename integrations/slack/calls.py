"""Calling Slack: one client, and what its errors mean for whoever called."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from integrations.slack.client import TIMEOUT, SlackClient, meaning
from integrations.slack.refusals import Declined, Limited
from workflows.ports import Retryable

__all__ = ["Declined", "Limited", "call", "channel_named", "open_client", "pages"]


@asynccontextmanager
async def open_client(token: str, base_url: str, pace: float = 1.0) -> AsyncIterator[SlackClient]:
    """A client that keeps its connections open. `pace` is a factor on the second between two messages."""
    connector = aiohttp.TCPConnector(limit=32, keepalive_timeout=60)
    async with aiohttp.ClientSession(
        connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT)
    ) as session:
        yield SlackClient(token, base_url, session, pace)


async def call(method: str, doing: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Slack's answer. Raises Retryable, or Declined; both as `integrations.slack.refusals` has them."""
    try:
        answer = await doing
    except SlackApiError as error:
        raise meaning(method, error) from None
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
