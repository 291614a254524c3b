"""Minting: bound to its grant by Vault and by the database (P1), handed over once (P6), whole or not at all."""

import re
from datetime import datetime, timedelta

import hvac.exceptions
import psycopg
import pytest
from pydantic import SecretStr

from integrations.vault import Connection, FixedToken, Logins, VaultCredentials
from tests.vault.conftest import Servers
from workflows.ports import Permanent, Retryable


async def test_a_minted_login_reads_the_rows_it_was_asked_for(
    servers: Servers, vault: VaultCredentials
) -> None:
    data = servers.unwrap(await vault.mint(servers.order()))
    with servers.connect(data) as session:
        assert session.execute("SELECT count(*) FROM features.users").fetchone() == (3000,)


async def test_it_can_do_no_more_than_its_entitlement(servers: Servers, vault: VaultCredentials) -> None:
    data = servers.unwrap(await vault.mint(servers.order("warehouse-read")))
    with servers.connect(data) as session:
        for statement in ("SELECT * FROM pii.customers", "DELETE FROM features.users"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(statement)


async def test_the_other_entitlements_open_what_they_name(servers: Servers, vault: VaultCredentials) -> None:
    writer = servers.unwrap(await vault.mint(servers.order("warehouse-write")))
    with servers.connect(writer) as session:
        changed = session.execute("UPDATE features.users SET skip_rate_28d = skip_rate_28d WHERE user_id = 1")
        assert changed.rowcount == 1
    reader = servers.unwrap(await vault.mint(servers.order("warehouse-pii")))
    with servers.connect(reader) as session:
        assert session.execute("SELECT email FROM pii.customers WHERE user_id = 7").fetchone() == (
            "customer7@example.com",
        )


async def test_it_can_be_unwrapped_only_once(servers: Servers, vault: VaultCredentials) -> None:
    minted = await vault.mint(servers.order())
    servers.unwrap(minted)
    with pytest.raises((hvac.exceptions.InvalidRequest, hvac.exceptions.Forbidden)):
        servers.unwrap(minted)


async def test_token_lease_and_database_all_end_with_the_grant(
    servers: Servers, vault: VaultCredentials
) -> None:
    order = servers.order(seconds=90)
    minted = await vault.mint(order)
    token = servers.token(minted.accessor)
    assert token is not None
    assert token["orphan"]
    assert not token["renewable"]
    assert token["explicit_max_ttl"] == 89
    assert token["policies"] == ["grant-warehouse-read"]
    assert token["meta"] == {
        "credential": order.credential,
        "grant": order.grant,
        "requester": "U0SCIENTIST",
    }
    assert _end_of_lease(servers, minted.lease_id) <= order.ends_at
    username = servers.unwrap(minted)["username"]
    ((valid_until,),) = servers.as_administrator(
        f"SELECT rolvaliduntil FROM pg_roles WHERE rolname = '{username}'"
    )
    assert isinstance(valid_until, datetime)
    assert valid_until <= order.ends_at + timedelta(seconds=5)


async def test_the_wrapping_ends_before_the_grant_does(servers: Servers, connection: Connection) -> None:
    patient = VaultCredentials(connection, wrap_seconds=300)
    assert (await patient.mint(servers.order(seconds=30.5))).wrapped_for <= 30
    assert (await patient.mint(servers.order(seconds=900))).wrapped_for == 300


async def test_a_grant_longer_than_the_lease_s_default_gets_all_of_its_time(
    servers: Servers, vault: VaultCredentials
) -> None:
    order = servers.order(seconds=3 * 3600)
    minted = await vault.mint(order)
    assert timedelta() <= order.ends_at - _end_of_lease(servers, minted.lease_id) < timedelta(seconds=10)


async def test_nothing_is_minted_for_a_grant_that_is_over(servers: Servers, vault: VaultCredentials) -> None:
    order = servers.order(seconds=0.9)
    with pytest.raises(Permanent, match=r"grant ended at .* Request access again"):
        await vault.mint(order)
    assert servers.tokens_of(order.credential) == []


@pytest.mark.parametrize(
    ("lacking", "allowed"),
    [
        ("sys/leases/renew", ["database/creds/warehouse-read", "sys/wrapping/wrap"]),
        ("sys/wrapping/wrap", ["database/creds/warehouse-read", "sys/leases/renew"]),
        ("database/creds/warehouse-read", ["sys/leases/renew", "sys/wrapping/wrap"]),
    ],
)
async def test_a_minting_that_fails_halfway_leaves_nothing(
    servers: Servers, vault: VaultCredentials, lacking: str, allowed: list[str]
) -> None:
    rules = "\n".join(f'path "{path}" {{ capabilities = ["read", "update"] }}' for path in allowed)
    servers.bao.call("PUT", "sys/policies/acl/grant-halfway", policy=rules)
    roles, leases = servers.roles(), servers.leases()
    order = servers.order(policy="grant-halfway")
    with pytest.raises(
        Permanent, match=rf"grant-halfway .*{re.escape(lacking)}|{re.escape(lacking)} .*grant-halfway"
    ):
        await vault.mint(order)
    assert servers.tokens_of(order.credential) == []
    assert servers.roles() <= roles, "what others left may run out meanwhile"
    assert servers.leases() <= leases


async def test_what_can_t_be_taken_back_is_said_to_be_left(servers: Servers) -> None:
    """Retryable, not Permanent, so that the ledger goes on to end it."""
    narrow = 'path "auth/token/create/daypass" { capabilities = ["update"] }'
    servers.bao.call("PUT", "sys/policies/acl/only-create", policy=narrow)
    made = servers.bao.call("POST", "auth/token/create", policies=["only-create"], ttl="60s")
    connection = Connection(
        servers.bao.addr,
        Logins(FixedToken(SecretStr(made["auth"]["client_token"])), namespace=servers.bao.namespace),
    )
    order = servers.order(policy="grant-without-any-rule")
    with pytest.raises(Retryable, match="is revoked as soon as Vault allows"):
        await VaultCredentials(connection).mint(order)
    assert len(servers.tokens_of(order.credential)) == 1
    await connection.close()


async def test_a_path_that_does_not_exist_is_named(servers: Servers, vault: VaultCredentials) -> None:
    path = "database/creds/no-such-role"
    rules = f'path "{path}" {{ capabilities = ["read"] }}'
    servers.bao.call("PUT", "sys/policies/acl/grant-nowhere", policy=rules)
    with pytest.raises(Permanent, match=f"{path}.*An operator has to check that {path} exists"):
        await vault.mint(servers.order(policy="grant-nowhere", path=path))


async def test_a_policy_outside_the_token_role_is_refused(servers: Servers, vault: VaultCredentials) -> None:
    with pytest.raises(Permanent, match="token role to assign the policy daypass"):
        await vault.mint(servers.order(policy="daypass"))


class TestVaultOnABadDay:
    async def test_sealed_it_says_so_and_works_again_later(
        self, servers: Servers, vault: VaultCredentials
    ) -> None:
        servers.bao.seal()
        try:
            with pytest.raises(Retryable, match="Vault is sealed"):
                await vault.mint(servers.order())
        finally:
            await servers.bao.unseal()
        await vault.mint(servers.order())

    async def test_unreachable_it_says_so(self, servers: Servers) -> None:
        nobody = Connection("http://127.0.0.1:9", servers.login)
        with pytest.raises(Retryable, match="Vault can't be reached"):
            await VaultCredentials(nobody).mint(servers.order())
        await nobody.close()

    async def test_a_login_that_is_refused_names_its_settings(self, servers: Servers) -> None:
        wrong = Connection(servers.bao.addr, Logins(FixedToken(servers.everyday.secret_id)))
        with pytest.raises(Permanent, match="allow Daypass's policy to update auth/token/create"):
            await VaultCredentials(wrong).mint(servers.order())
        await wrong.close()

    async def test_a_session_that_vault_has_forgotten_is_renewed(
        self, servers: Servers, connection: Connection
    ) -> None:
        vault = VaultCredentials(connection)
        await vault.mint(servers.order())
        await connection.run(connection.own, "post", "auth/token/revoke-self")
        await vault.mint(servers.order())


def _end_of_lease(servers: Servers, lease_id: str | None) -> datetime:
    lease = servers.bao.call("PUT", "sys/leases/lookup", lease_id=lease_id)["data"]
    return datetime.fromisoformat(lease["expire_time"])
