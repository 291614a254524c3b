"""P7: "ended" means that Vault confirmed it; what can't be ended yet says why."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import hvac.exceptions
import psycopg
import pytest

from integrations.vault import Connection, VaultCredentials
from tests.openbao_log import records
from tests.vault.conftest import Servers, ended_at_last, handles
from workflows.ports import CredentialHandles, MintOrder, Retryable

READ = "database/creds/warehouse-read"


async def test_an_ended_credential_is_gone_everywhere(servers: Servers, vault: VaultCredentials) -> None:
    order = servers.order()
    minted = await vault.mint(order)
    data = servers.unwrap(minted)
    session = servers.connect(data)
    await vault.end(handles(order, minted), frozenset())
    assert data["username"] not in servers.roles()
    assert minted.lease_id not in servers.leases()
    assert servers.token(minted.accessor) is None
    with pytest.raises(psycopg.OperationalError):
        session.execute("SELECT 1")


async def test_a_credential_nobody_unwrapped_can_t_be_unwrapped_any_more(
    servers: Servers, vault: VaultCredentials
) -> None:
    order = servers.order()
    minted = await vault.mint(order)
    await vault.end(handles(order, minted), frozenset())
    with pytest.raises((hvac.exceptions.InvalidRequest, hvac.exceptions.Forbidden)):
        servers.unwrap(minted)


async def test_ending_twice_is_harmless(servers: Servers, vault: VaultCredentials) -> None:
    order = servers.order()
    known = handles(order, await vault.mint(order))
    await vault.end(known, frozenset())
    await vault.end(known, frozenset())


async def test_a_role_that_was_dropped_by_hand_doesn_t_hold_up_the_ending(
    servers: Servers, vault: VaultCredentials
) -> None:
    order = servers.order()
    minted = await vault.mint(order)
    servers.as_administrator(f'DROP ROLE "{servers.unwrap(minted)["username"]}"')
    await vault.end(handles(order, minted), frozenset())


class TestADatabaseThatRefuses:
    """Another database's objects depend on the role, so it can't be dropped from the warehouse."""

    @pytest.fixture
    def elsewhere(self, servers: Servers) -> Iterator[str]:
        servers.as_administrator("CREATE DATABASE elsewhere")
        yield servers.warehouse.postgres.url("elsewhere")
        servers.as_administrator("DROP DATABASE elsewhere WITH (FORCE)")

    async def test_the_grant_isn_t_ended_until_the_database_gives_in(
        self, servers: Servers, vault: VaultCredentials, elsewhere: str
    ) -> None:
        order = servers.order()
        minted = await vault.mint(order)
        username = servers.unwrap(minted)["username"]
        known = handles(order, minted)
        _run(elsewhere, f'CREATE TABLE kept (); ALTER TABLE kept OWNER TO "{username}"')

        with pytest.raises(Retryable, match=f'{READ} yet: .*"{username}" cannot be dropped'):
            await vault.end(known, frozenset())
        assert minted.lease_id in servers.leases()

        _run(elsewhere, "DROP TABLE kept")
        await vault.end(known, frozenset())
        assert minted.lease_id not in servers.leases()
        assert username not in servers.roles()

    async def test_meanwhile_what_wasn_t_unwrapped_never_will_be(
        self, servers: Servers, vault: VaultCredentials, elsewhere: str
    ) -> None:
        before = servers.roles()
        order = servers.order()
        minted = await vault.mint(order)
        (username,) = servers.roles() - before
        _run(elsewhere, f'CREATE TABLE kept (); ALTER TABLE kept OWNER TO "{username}"')
        with pytest.raises(Retryable):
            await vault.end(handles(order, minted), frozenset())
        with pytest.raises((hvac.exceptions.InvalidRequest, hvac.exceptions.Forbidden)):
            servers.unwrap(minted)
        _run(elsewhere, "DROP TABLE kept")
        await vault.end(handles(order, minted), frozenset())


async def test_with_vault_sealed_or_gone_it_is_to_be_tried_again(
    servers: Servers, vault: VaultCredentials
) -> None:
    order = servers.order()
    known = handles(order, await vault.mint(order))
    servers.bao.seal()
    try:
        with pytest.raises(Retryable, match="sealed"):
            await vault.end(known, frozenset())
    finally:
        await servers.bao.unseal()
    nobody = Connection("http://127.0.0.1:9", servers.login)
    with pytest.raises(Retryable, match="can't be reached"):
        await VaultCredentials(nobody).end(known, frozenset())
    await nobody.close()
    await vault.end(known, frozenset())


class TestAMintingCutShort:
    """The process died between asking Vault and writing down the answer: there are no handles."""

    async def test_its_token_goes_at_once_and_its_ending_is_confirmed_once_it_is_settled(
        self, servers: Servers, hasty_vault: VaultCredentials
    ) -> None:
        order = servers.order()
        lost = _without_handles(order)
        minted = await hasty_vault.mint(order)
        with pytest.raises(Retryable, match="checks again"):
            await hasty_vault.end(lost, frozenset())
        assert servers.token(minted.accessor) is None
        await ended_at_last(hasty_vault, lost, frozenset())
        assert minted.lease_id not in servers.leases()

    async def test_a_lease_that_outlived_its_token_is_revoked(
        self, servers: Servers, hasty_vault: VaultCredentials
    ) -> None:
        order = servers.order()
        lost = _without_handles(order)
        stray = servers.bao.call("GET", READ)["lease_id"]
        await ended_at_last(hasty_vault, lost, frozenset())
        assert stray not in servers.leases()

    async def test_credentials_that_the_ledger_knows_are_left_alone(
        self, servers: Servers, hasty_vault: VaultCredentials
    ) -> None:
        lost = _without_handles(servers.order())
        other = await hasty_vault.mint(servers.order())
        assert other.lease_id
        await ended_at_last(hasty_vault, lost, frozenset({other.lease_id}))
        assert other.lease_id in servers.leases()
        assert servers.token(other.accessor)

    async def test_so_is_another_minting_that_is_still_under_way(
        self, servers: Servers, vault: VaultCredentials
    ) -> None:
        long_settled = replace(_without_handles(servers.order()), asked_at=None)
        under_way = await vault.mint(servers.order())
        with pytest.raises(Retryable, match="being created now"):
            await vault.end(long_settled, frozenset())
        assert under_way.lease_id in servers.leases()

    async def test_with_many_others_vault_is_asked_about_no_token_twice(
        self, servers: Servers, vault: VaultCredentials, caplog: pytest.LogCaptureFixture
    ) -> None:
        """After an outage many are looked for at once, by a process that knows no token of others yet."""
        for _ in range(30):
            servers.bao.call("POST", "auth/token/create", ttl="60s")
        orders = [servers.order() for _ in range(12)]
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        lost = [replace(_without_handles(order), asked_at=an_hour_ago) for order in orders]
        before = servers.bao.audit_log.stat().st_size
        await asyncio.gather(*(vault.end(one, frozenset(servers.leases())) for one in lost))
        asked = Counter(
            record["request"]["data"]["accessor"]
            for record in records(servers.bao.audit_log, "auth/token/lookup-accessor", before)
            if record["type"] == "request"
        )
        assert len([times for times in asked.values() if times == 1]) >= 30
        assert "pool is full" not in caplog.text

    async def test_one_that_never_reached_vault_is_confirmed_too(
        self, servers: Servers, vault: VaultCredentials
    ) -> None:
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        lost = replace(_without_handles(servers.order()), asked_at=an_hour_ago)
        await vault.end(lost, frozenset(servers.leases()))


def _without_handles(order: MintOrder) -> CredentialHandles:
    return CredentialHandles(credential=order.credential, path=order.path, asked_at=datetime.now(UTC))


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
