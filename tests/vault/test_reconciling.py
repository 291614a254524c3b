"""P7: what is in Vault and not in the ledger is revoked and told; what is only in the ledger is told."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from integrations.vault import Connection, VaultCredentials
from tests.vault.conftest import Servers, handles
from workflows.ports import CredentialHandles, VaultDrift

PATHS = frozenset({"database/creds/warehouse-read", "database/creds/warehouse-pii"})


async def test_what_the_ledger_knows_is_in_order(servers: Servers, vault: VaultCredentials) -> None:
    await _reconcile(vault, {})
    order = servers.order()
    minted = await vault.mint(order)
    assert await _reconcile(vault, {order.credential: handles(order, minted)}) == []
    assert minted.lease_id in servers.leases()


async def test_a_credential_of_an_ended_grant_is_revoked_and_told(
    servers: Servers, vault: VaultCredentials
) -> None:
    await _reconcile(vault, {})
    order = servers.order()
    minted = await vault.mint(order)
    findings = await _reconcile(vault, {})
    assert f"token:{minted.accessor}" in {finding.key for finding in findings}
    assert all(finding.repaired for finding in findings)
    assert any(order.grant in finding.sentence for finding in findings)
    assert servers.token(minted.accessor) is None
    assert minted.lease_id not in servers.leases()


async def test_a_lease_that_no_credential_has_is_revoked_and_told(
    servers: Servers, vault: VaultCredentials
) -> None:
    await _reconcile(vault, {})
    stray = servers.bao.call("GET", "database/creds/warehouse-pii")["lease_id"]
    (finding,) = await _reconcile(vault, {})
    assert (finding.key, finding.repaired) == (f"lease:{stray}", True)
    assert stray not in servers.leases("database/creds/warehouse-pii")


@pytest.mark.parametrize("meta", [{}, {"credential": "of another"}, {"credential": "of nobody"}])
async def test_a_token_made_with_daypass_s_stolen_login_is_revoked_whatever_it_calls_itself(
    servers: Servers, vault: VaultCredentials, connection: Connection, meta: dict[str, str]
) -> None:
    await _reconcile(vault, {})
    order = servers.order()
    live = {order.credential: handles(order, await vault.mint(order))}
    named = {name: order.credential if value == "of another" else value for name, value in meta.items()}
    wanted = {"policies": ["grant-warehouse-read"], "ttl": "60s", "meta": named}
    made = await connection.run(connection.own, "post", "auth/token/create/daypass", wanted)
    (finding,) = await _reconcile(vault, live)
    assert (finding.key, finding.repaired) == (f"token:{made['auth']['accessor']}", True)
    assert servers.token(made["auth"]["accessor"]) is None
    assert servers.token(str(live[order.credential].accessor))


async def test_a_token_whose_role_puts_a_suffix_behind_its_path_is_found_all_the_same(
    servers: Servers, vault: VaultCredentials
) -> None:
    await _reconcile(vault, {})
    servers.bao.call("POST", "auth/token/roles/daypass", path_suffix="suffix")
    try:
        order = servers.order()
        minted = await vault.mint(order)
        found = await _reconcile(vault, {})
    finally:
        servers.bao.call("POST", "auth/token/roles/daypass", path_suffix="")
    assert f"token:{minted.accessor}" in {one.key for one in found}
    assert servers.token(minted.accessor) is None


async def test_a_minting_under_way_is_let_be(servers: Servers, vault: VaultCredentials) -> None:
    await _reconcile(vault, {})
    minted = await vault.mint(servers.order())
    assert await vault.reconcile(PATHS, {}, datetime.now(UTC)) == []
    assert minted.lease_id in servers.leases()


class TestWhatVaultHasLost:
    """The ledger counts it as live, and it is missing in Vault."""

    @pytest.fixture(autouse=True)
    async def _nothing_is_left_by_others(self, vault: VaultCredentials) -> None:
        await _reconcile(vault, {})

    async def test_a_lease_revoked_by_hand_is_told(self, servers: Servers, vault: VaultCredentials) -> None:
        live = await _live(servers, vault)
        (credential, one), _ = live.items()
        servers.bao.call("PUT", "sys/leases/revoke", lease_id=one.lease_id, sync=True)
        (finding,) = await _reconcile(vault, live)
        assert finding.missing == credential
        assert finding.key == f"missing:{credential}"

    async def test_so_is_a_token_revoked_by_hand(self, servers: Servers, vault: VaultCredentials) -> None:
        live = await _live(servers, vault)
        _, (credential, one) = live.items()
        servers.bao.call("POST", "auth/token/revoke-accessor", accessor=one.accessor)
        assert [finding.missing for finding in await _reconcile(vault, live)] == [credential]

    async def test_so_is_one_that_vault_cut_short(self, servers: Servers, vault: VaultCredentials) -> None:
        servers.bao.call("POST", "auth/token/roles/daypass", token_explicit_max_ttl="1s")
        try:
            live = await _live(servers, vault)
        finally:
            servers.bao.call("POST", "auth/token/roles/daypass", token_explicit_max_ttl="8h")
        while any(servers.token(one.accessor) for one in live.values()):
            await asyncio.sleep(0.05)
        assert {finding.missing for finding in await _reconcile(vault, live)} == set(live)

    async def test_one_whose_minting_is_under_way_isn_t_missing(self, vault: VaultCredentials) -> None:
        under_way = CredentialHandles(credential="crd_young", path="database/creds/warehouse-read")
        assert await _reconcile(vault, {"crd_young": under_way}) == []

    async def test_it_costs_no_call_for_each_credential(
        self, servers: Servers, vault: VaultCredentials
    ) -> None:
        live = await _live(servers, vault)
        await _reconcile(vault, live)
        before = servers.bao.audit_log.stat().st_size
        await _reconcile(vault, live)
        asked = servers.bao.audit_log.read_bytes()[before:].count(b'"type":"request"')
        assert asked <= 6


async def _live(servers: Servers, vault: VaultCredentials) -> dict[str, CredentialHandles]:
    """Two credentials, and nothing else of before."""
    await _reconcile(vault, {})
    orders = [servers.order(), servers.order()]
    return {order.credential: handles(order, await vault.mint(order)) for order in orders}


async def test_another_s_tokens_and_paths_are_none_of_our_business(
    servers: Servers, vault: VaultCredentials
) -> None:
    servers.bao.call("POST", "auth/token/create", meta={"credential": "not-ours"}, ttl="60s")
    servers.bao.call("GET", "database/creds/warehouse-write")
    keys = {finding.key for finding in await _reconcile(vault, {})}
    assert not any(key.startswith("lease:database/creds/warehouse-write") for key in keys)
    assert servers.tokens_of("not-ours")


async def test_nobody_s_tokens_are_disturbed_by_being_looked_through(
    servers: Servers, vault: VaultCredentials
) -> None:
    """OpenBao destroys a token that is looked up before it has a lease, and denies one just used up."""

    def come_and_go() -> None:
        client = servers.root()
        while not enough.is_set():
            client.sys.unwrap(client.sys.wrap({"a": "b"}, ttl=60)["wrap_info"]["token"])

    enough = threading.Event()
    others = [asyncio.create_task(asyncio.to_thread(come_and_go)) for _ in range(3)]
    for _ in range(3):
        await _reconcile(vault, {})
    enough.set()
    await asyncio.gather(*others)


async def _reconcile(vault: VaultCredentials, live: dict[str, CredentialHandles]) -> list[VaultDrift]:
    """As seen a minute from now, when nothing that exists by now can still be under way."""
    return await vault.reconcile(PATHS, live, datetime.now(UTC) + timedelta(minutes=1))
