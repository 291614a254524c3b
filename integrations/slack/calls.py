"""Calling Slack: one client, and what its errors mean for whoever called."""

import asyncio
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
PAGE_ITEMS = 999
"""Asked for in one page of a list; Slack gives fewer than 1,000, and counts calls, not items."""
PAGE_RETRY_SECONDS = (1.0, 2.0, 4.0)
"""After a page that failed without Slack saying when to come back."""
MAX_PAGE_WAIT_SECONDS = 300.0
"""In which one page is given, or the whole list is left for later."""
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
        """The next page, or None after the last. Raises Limited, Retryable or Declined, and can be called again.

        When Slack no longer knows the cursor it begins again, so that items may come twice.
        """
        if self._cursor is None:
            return None
        try:
            page = await call(self._method, self._ask(self._cursor or None))
        except Declined as refusal:
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

    Raises Limited, Retryable or Declined. https://docs.slack.dev/apis/web-api/rate-limits
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
