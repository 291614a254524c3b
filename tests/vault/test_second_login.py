"""High and critical risk has a login of its own: it makes those tokens, and no others."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from integrations.vault import Connection, VaultCredentials
from tests.openbao_log import records
from tests.vault.conftest import Servers, handles
from workflows.ports import MintOrder, Permanent


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("warehouse-sample", "daypass"),
        ("warehouse-read", "daypass"),
        ("warehouse-write", "daypass-high"),
        ("warehouse-pii", "daypass-high"),
    ],
)
async def test_each_token_is_made_by_its_own_role_and_ended_by_the_everyday_login(
    servers: Servers, vault: VaultCredentials, name: str, role: str
) -> None:
    order = servers.order(name)
    minted = await vault.mint(order)
    token = servers.token(minted.accessor)
    assert token
    assert token["path"] == f"auth/token/create/{role}"
    username = servers.unwrap(minted)["username"]
    await vault.end(handles(order, minted), frozenset())
    assert servers.token(minted.accessor) is None
    assert username not in servers.roles()


async def test_without_it_nothing_of_high_risk_is_made(servers: Servers) -> None:
    lonely = Connection(servers.bao.addr, replace(servers.login, high=None))
    vault = VaultCredentials(lonely)
    await vault.mint(servers.order("warehouse-read"))
    order = servers.order("warehouse-pii")
    with pytest.raises(Permanent, match="set VAULT_HIGH_ROLE_ID and VAULT_HIGH_SECRET_ID"):
        await vault.mint(order)
    assert servers.tokens_of(order.credential) == []
    await lonely.close()


async def test_refused_it_names_its_own_settings(servers: Servers) -> None:
    high = replace(servers.everyday, secret_id=SecretStr("wrong"))
    wrong = Connection(servers.bao.addr, replace(servers.login, high=high))
    with pytest.raises(Permanent, match="check VAULT_HIGH_ROLE_ID and VAULT_HIGH_SECRET_ID"):
        await VaultCredentials(wrong).mint(servers.order("warehouse-pii"))
    await wrong.close()


async def test_what_it_made_and_the_ledger_lost_is_found(servers: Servers, vault: VaultCredentials) -> None:
    paths = frozenset({"database/creds/warehouse-pii"})
    soon = datetime.now(UTC) + timedelta(minutes=1)
    await vault.reconcile(paths, {}, soon)
    minted = await vault.mint(servers.order("warehouse-pii"))
    findings = await vault.reconcile(paths, {}, soon)
    assert f"token:{minted.accessor}" in {finding.key for finding in findings}
    assert servers.token(minted.accessor) is None


async def test_it_costs_no_call_more(servers: Servers, vault: VaultCredentials) -> None:
    for name in ("warehouse-read", "warehouse-pii"):
        await vault.mint(servers.order(name))
    low = await _calls(servers, vault, servers.order("warehouse-read"))
    high = await _calls(servers, vault, servers.order("warehouse-pii"))
    assert low.total() == high.total() == 4


async def _calls(servers: Servers, vault: VaultCredentials, order: MintOrder) -> Counter[str]:
    """Which calls one minting makes."""
    before = servers.bao.audit_log.stat().st_size
    await vault.mint(order)
    paths = (
        *("auth/approle/login", "auth/token/create/daypass", "auth/token/create/daypass-high"),
        *(order.path, "sys/leases/renew", "sys/wrapping/wrap"),
    )
    log = servers.bao.audit_log
    return Counter(path for path in paths for one in records(log, path, before) if one["type"] == "request")
