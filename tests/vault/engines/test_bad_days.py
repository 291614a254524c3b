"""Every engine whose credentials can be ended, on a bad day: nothing is lost, and nothing is called ended that isn't."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from integrations.vault import Connection, VaultCredentials, Wanted, check_setup
from tests.vault.conftest import Servers, ended_at_last, handles
from tests.vault.engines.benches import BENCHES, Bench
from tests.vault.setting_up import daypass_may_end
from workflows.policy.engines import ENGINES
from workflows.ports import CredentialHandles, Minted, MintOrder, Permanent, Retryable

STEPS = ("vault.token", "vault.read", "vault.renewed", "vault.wrapped")


class Died(BaseException):
    """The process was killed: nothing behind this line ran."""


@pytest.fixture(scope="module", params=sorted(BENCHES))
def bench(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Bench]:
    made = BENCHES[request.param](servers, request.getfixturevalue)
    with daypass_may_end(
        servers.bao, [made.path, f"{made.path}/*"], ENGINES[made.engine].bounds_of(made.path)
    ):
        yield made
    made.leave()
    made.gate.stop()


def order_of(servers: Servers, bench: Bench, seconds: float = 60) -> MintOrder:
    return servers.order(policy=bench.policy, path=bench.path, engine=bench.engine, seconds=seconds)


async def mint(servers: Servers, vault: VaultCredentials, bench: Bench) -> tuple[MintOrder, Minted]:
    order = order_of(servers, bench)
    return order, await vault.mint(order)


class TestDiedWhileItWasMade:
    """Nobody knows its handles: Vault is searched for it. Once at each step, and then all at once."""

    async def died(self, servers: Servers, connection: Connection, bench: Bench) -> list[MintOrder]:
        before, orders = bench.accounts(), []
        for step in STEPS:
            orders.append(order_of(servers, bench))
            with pytest.raises(Died):
                await VaultCredentials(connection, reach=partial(die, step)).mint(orders[-1])
        assert len(bench.accounts() - before) == len(STEPS) - 1, "at the first step nothing is there yet"
        return orders

    async def test_ended_by_its_grant_nothing_is_left(
        self, servers: Servers, connection: Connection, hasty_vault: VaultCredentials, bench: Bench
    ) -> None:
        before = bench.accounts()
        orders = await self.died(servers, connection, bench)
        lost = [CredentialHandles(one.credential, one.path, asked_at=datetime.now(UTC)) for one in orders]
        await asyncio.gather(*(ended_at_last(hasty_vault, one) for one in lost))
        assert bench.accounts() == before
        assert [servers.tokens_of(one.credential) for one in orders] == [[]] * len(orders)

    async def test_found_by_the_comparison_nothing_is_left(
        self, servers: Servers, connection: Connection, hasty_vault: VaultCredentials, bench: Bench
    ) -> None:
        before = bench.accounts()
        orders = await self.died(servers, connection, bench)
        async with asyncio.timeout(60):
            while bench.accounts() != before or any(servers.tokens_of(one.credential) for one in orders):
                found = await hasty_vault.reconcile(frozenset({bench.path}), {}, datetime.now(UTC))
                assert all(one.repaired for one in found), found


def die(step: str, reached: str) -> None:
    if reached == step:
        raise Died


async def test_its_server_is_down_at_the_end(servers: Servers, vault: VaultCredentials, bench: Bench) -> None:
    """It stays *ending* with the reason, and ends by the same call when the server is back."""
    before = bench.accounts()
    order, minted = await mint(servers, vault, bench)
    bench.gate.shut()
    try:
        with pytest.raises(Retryable, match=f"revoke the credential of {bench.path} yet"):
            await vault.end(handles(order, minted), frozenset())
        assert minted.lease_id in servers.leases(bench.path)
    finally:
        bench.gate.open()
    await ended_at_last(vault, handles(order, minted))
    assert bench.accounts() == before


async def test_its_server_is_down_when_it_is_asked_for(
    servers: Servers, vault: VaultCredentials, bench: Bench
) -> None:
    order = order_of(servers, bench)
    bench.gate.shut()
    try:
        with pytest.raises((Retryable, Permanent)):
            await vault.mint(order)
    finally:
        bench.gate.open()
    assert servers.tokens_of(order.credential) == []


async def test_it_was_dropped_by_hand(servers: Servers, vault: VaultCredentials, bench: Bench) -> None:
    before = bench.accounts()
    order, minted = await mint(servers, vault, bench)
    (account,) = bench.accounts() - before
    bench.drop(account)
    await vault.end(handles(order, minted), frozenset())
    assert minted.lease_id not in servers.leases(bench.path)


async def test_vault_s_own_password_there_was_changed(
    servers: Servers, vault: VaultCredentials, bench: Bench
) -> None:
    order, minted = await mint(servers, vault, bench)
    bench.change_password("changed-behind-its-back")
    bench.gate.shut()
    bench.gate.open()
    try:
        with pytest.raises(Retryable):
            await vault.end(handles(order, minted), frozenset())
        assert minted.lease_id in servers.leases(bench.path)
        bench.tell("changed-behind-its-back")
        await ended_at_last(vault, handles(order, minted))
    finally:
        bench.change_password(bench.password)
        bench.tell(bench.password)


async def test_vault_limits_it_to_less_than_the_rule_allows(
    servers: Servers, vault: VaultCredentials, connection: Connection, bench: Bench
) -> None:
    """The check says so beforehand, and a credential says when it really ends."""
    wanted = Wanted("an-entitlement", bench.policy, bench.path, 3_600, bench.engine)
    of_role = bench.settings if bench.ceiling == bench.role else {}
    servers.bao.call("POST", bench.ceiling, **of_role | {"ttl": 20, "default_ttl": 20, "max_ttl": 20})
    try:
        missing = (await check_setup(connection, [wanted])).missing
        minted = await vault.mint(order_of(servers, bench, 3_600))
    finally:
        servers.bao.call("POST", bench.ceiling, **of_role or {"ttl": 0, "max_ttl": 0})
    (said,) = (one for one in missing if "Vault limits a credential" in one)
    assert "to 20 seconds (max_ttl), so credentials end before their grant" in said
    assert bench.ceiling in said
    assert minted.expires_at < datetime.now(UTC) + timedelta(seconds=25)


async def test_its_role_was_deleted(servers: Servers, vault: VaultCredentials, bench: Bench) -> None:
    before = bench.accounts()
    order, minted = await mint(servers, vault, bench)
    servers.bao.call("DELETE", bench.role)
    try:
        await vault.end(handles(order, minted), frozenset())
        assert bench.accounts() == before
        with pytest.raises(Permanent, match=f"An operator has to check that {bench.path} exists"):
            await vault.mint(order_of(servers, bench))
    finally:
        servers.bao.call("POST", bench.role, **bench.settings)
