"""Calling Slack: one client, and what its errors mean for whoever called."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from integrations.slack.client import TIMEOUT, SlackClient, meaning
from integrations.slack.errors import SlackRefused
from workflows.ports import Retryable

PAGE_ITEMS = 999
"""Asked for in one page of a list; Slack gives fewer than 1,000, and counts calls, not items."""
PAGE_RETRY_SECONDS = (1.0, 2.0, 4.0)
"""After a page that failed without Slack saying when to come back."""
MAX_PAGE_WAIT_SECONDS = 300.0
"""In which one page is given, or the whole list is left for later."""


@asynccontextmanager
async def open_client(token: str, base_url: str, pace: float = 1.0) -> AsyncIterator[SlackClient]:
    """A client that keeps its connections open. `pace` is a factor on the second between two messages."""
    connector = aiohttp.TCPConnector(limit=32, keepalive_timeout=60)
    async with aiohttp.ClientSession(
        connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT)
    ) as session:
        yield SlackClient(token, base_url, session, pace)


async def call(method: str, doing: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Slack's answer. Raises Retryable, or Declined; both as `integrations.slack.errors` has them."""
    try:
        answer = await doing
    except SlackApiError as error:
        raise meaning(method, error) from None
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Retryable(f"Slack can't be reached for {method} ({type(error).__name__}).") from None
    data = answer.data
    assert isinstance(data, dict)
    return data


class Listing:
    """A paged list of Slack's, read page by page: what failed is asked for again, what was read is not.

    https://docs.slack.dev/apis/web-api/pagination
    """

    def __init__(self, method: str, ask: Callable[[str | None], Awaitable[AsyncSlackResponse]]) -> None:
        """`ask` gets the cursor of the page; None for the first."""
        self._method = method
        self._ask = ask
        self._cursor: str | None = ""

    async def page(self) -> dict[str, Any] | None:
        """The next page, or None after the last. Raises Retryable or Permanent, and can be called again.

        When Slack no longer knows the cursor it begins again, so that items may come twice.
        """
        if self._cursor is None:
            return None
        try:
            page = await call(self._method, self._ask(self._cursor or None))
        except SlackRefused as refusal:
            if refusal.error != "invalid_cursor" or not self._cursor:
                raise
            self._cursor = ""
            raise Retryable(
                f"Slack lost the place in {self._method}, so it is read from the start."
            ) from None
        following = (page.get("response_metadata") or {}).get("next_cursor") or None
        if following and following == self._cursor:
            raise Retryable(
                f"Slack gave the same page of {self._method} twice, so it can't be read to its end."
            )
        self._cursor = following
        return page


async def pages(
    listing: Listing,
    patience: float = MAX_PAGE_WAIT_SECONDS,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[dict[str, Any]]:
    """Every page of the list, waiting as long as Slack asks to, `patience` seconds for one page at most.

    Raises Retryable or Permanent. https://docs.slack.dev/apis/web-api/rate-limits
    """
    while (page := await _patiently(listing, patience, wait)) is not None:
        yield page


async def _patiently(
    listing: Listing, patience: float, wait: Callable[[float], Awaitable[None]]
) -> dict[str, Any] | None:
    unsaid = iter(PAGE_RETRY_SECONDS)
    while True:
        try:
            return await listing.page()
        except Retryable as error:
            pause = error.pause if error.pause is not None else next(unsaid, patience + 1)
            patience -= pause
            if patience < 0:
                raise
        await wait(pause)
