"""A sandbox with nobody behind it, called with Slack's own client."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.shop import Shop, opened


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with opened() as shop:
        yield shop
