"""A sandbox with nobody behind it, called with Slack's own client."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.cast import BOT_TOKEN
from tests.flow.office import slack
from tests.sandbox.shop import Shop

OpenShop = Callable[..., AbstractAsyncContextManager[Shop]]


@asynccontextmanager
async def opened(**options: Any) -> AsyncIterator[Shop]:
    async with slack(**options) as found, aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            BOT_TOKEN, base_url=f"{found.page}/api/", session=session, timeout=10, retry_handlers=[]
        )
        yield Shop(found, client, session)


@pytest.fixture
def open_shop() -> OpenShop:
    """Opens a sandbox with options of the test's own."""
    return opened


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with opened() as shop:
        yield shop
