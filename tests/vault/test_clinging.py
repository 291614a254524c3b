"""P1, P7: whoever reconnects while a grant ends reads nothing after the end is confirmed."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from integrations.vault import VaultCredentials
from tests.vault.clinging import Clinging, clinging, opener
from tests.vault.conftest import Servers, handles

AFTERWARDS = 1.0
"""Seconds in which whoever still could would read."""


@pytest.mark.parametrize("attempt", range(2))
async def test_a_client_that_reconnects_reads_nothing_after_an_early_end(
    servers: Servers, vault: VaultCredentials, attempt: int
) -> None:
    order = servers.order()
    minted = await vault.mint(order)
    with clinging(opener(servers.warehouse.postgres.bare_url("warehouse"), servers.unwrap(minted))) as client:
        await _at_work(client)
        await vault.end(handles(order, minted), frozenset())
        confirmed_at = time.time()
        await asyncio.sleep(AFTERWARDS)
    assert client.last_row < confirmed_at


async def test_nor_after_its_lease_has_run_out(servers: Servers, vault: VaultCredentials) -> None:
    order = servers.order(seconds=4)
    minted = await vault.mint(order)
    with clinging(opener(servers.warehouse.postgres.bare_url("warehouse"), servers.unwrap(minted))) as client:
        await _at_work(client)
        await asyncio.sleep((order.ends_at - datetime.now(UTC)).total_seconds())
        await vault.end(handles(order, minted), frozenset())
        confirmed_at = time.time()
        await asyncio.sleep(AFTERWARDS)
    assert client.last_row < confirmed_at


async def _at_work(client: Clinging) -> None:
    async with asyncio.timeout(20):
        while client.sessions < 2 or not client.last_row:
            await asyncio.sleep(0.01)
