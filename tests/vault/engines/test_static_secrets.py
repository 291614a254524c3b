"""A static secret can't be taken back, so its grant is ended only when somebody has changed it (P7)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.vault import Connection, VaultCredentials, Wanted, check_setup
from integrations.vault.static_secrets import changed
from tests.vault.conftest import Servers, handles
from tests.vault.setting_up import daypass_may_end, keep_secret, write_grant
from workflows.ports import CredentialHandles, Minted, MintOrder, Permanent, Retryable

PATH = "kv/data/partner-key"
METADATA = "kv/metadata/partner-key"
WANTED = Wanted("partner-key", "grant-kv-data-partner-key", PATH, 3600)


@pytest.fixture
def kept(servers: Servers) -> Iterator[None]:
    """The secret, as an operator keeps it, with the rights that examples/vault/kv names."""
    servers.bao.call("POST", "sys/mounts/kv", type="kv", options={"version": "2"})
    put(servers, "first")
    write_grant(servers.bao, "kv/grant-partner-key", PATH)
    with daypass_may_end(servers.bao, [PATH, f"{PATH}/*"], [METADATA]):
        yield
    servers.bao.call("DELETE", "sys/mounts/kv")


def put(servers: Servers, value: str) -> None:
    keep_secret(servers.bao, PATH, api_key=value)


def order_of(servers: Servers) -> MintOrder:
    return servers.order(policy=WANTED.policy, path=PATH, engine="kv")


def known(order: MintOrder, minted: Minted) -> CredentialHandles:
    return replace(handles(order, minted), secrets_engine="kv", asked_at=datetime.now(UTC))


@pytest.mark.usefixtures("kept")
class TestAStaticSecret:
    async def test_is_handed_over_as_it_is_without_what_vault_says_about_it(
        self, servers: Servers, vault: VaultCredentials
    ) -> None:
        minted = await vault.mint(order_of(servers))
        assert servers.unwrap(minted) == {"api_key": "first"}
        assert (minted.lease_id, minted.valid_until, minted.account) == (None, None, "version 1")

    async def test_is_not_ended_before_it_was_changed(
        self, servers: Servers, vault: VaultCredentials
    ) -> None:
        order = order_of(servers)
        minted = await vault.mint(order)
        for _ in range(2):
            with pytest.raises(
                Retryable, match=f"{PATH} can't be taken back: it was read.*write the new one"
            ):
                await vault.end(known(order, minted), frozenset())
        assert servers.token(minted.accessor) is None, "what can be ended is"
        put(servers, "second")
        assert await vault.end(known(order, minted), frozenset()) == ("change",)

    @pytest.mark.parametrize("how", ["delete/partner-key", "destroy/partner-key"])
    async def test_deleting_it_in_vault_changes_nothing_where_it_is_used(
        self, servers: Servers, vault: VaultCredentials, how: str
    ) -> None:
        order = order_of(servers)
        minted = await vault.mint(order)
        servers.bao.call("PUT", f"kv/{how}", versions=[1])
        with pytest.raises(Retryable, match="hasn't been changed"):
            await vault.end(known(order, minted), frozenset())

    async def test_nor_does_forgetting_it(self, servers: Servers, vault: VaultCredentials) -> None:
        order = order_of(servers)
        minted = await vault.mint(order)
        servers.bao.call("DELETE", METADATA)
        with pytest.raises(Retryable, match="is no longer in Vault, so nobody can tell"):
            await vault.end(known(order, minted), frozenset())

    async def test_one_whose_reading_was_cut_short_may_have_been_read(
        self, servers: Servers, hasty_vault: VaultCredentials
    ) -> None:
        lost = CredentialHandles(
            "crd_lost", PATH, asked_at=datetime.now(UTC) - timedelta(minutes=1), secrets_engine="kv"
        )
        put(servers, "second")
        assert await hasty_vault.end(lost, frozenset()) == ("change",)
        later = replace(lost, asked_at=datetime.now(UTC))
        with pytest.raises(Retryable):
            await hasty_vault.end(later, frozenset())

    async def test_what_is_missing_for_it_is_found_by_the_check(
        self, servers: Servers, connection: Connection
    ) -> None:
        assert (await check_setup(connection, [WANTED])).missing == []
        with daypass_may_end(servers.bao, [PATH, f"{PATH}/*"]):
            missing = (await check_setup(connection, [WANTED])).missing
        assert any(f"allow read on {METADATA}" in one for one in missing), missing

    async def test_daypass_itself_can_t_read_it(self, servers: Servers, connection: Connection) -> None:
        may = await connection.run(connection.own, "post", "sys/capabilities-self", {"paths": [PATH]})
        assert may["data"][PATH] == ["deny"]


async def test_version_1_which_keeps_no_versions_is_refused(
    servers: Servers, vault: VaultCredentials
) -> None:
    servers.bao.call("POST", "sys/mounts/kv1", type="kv", options={"version": "1"})
    servers.bao.call("POST", "kv1/data/partner-key", api_key="first")
    policy = write_grant(servers.bao, "kv/grant-partner-key", "kv1/data/partner-key")
    with pytest.raises(Permanent, match="version 2"):
        await vault.mint(servers.order(policy=policy, path="kv1/data/partner-key", engine="kv"))
    servers.bao.call("DELETE", "sys/mounts/kv1")


READ_BY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BEFORE, AFTER = "2026-03-02T09:29:59.123456789Z", "2026-03-02T09:30:00.123456789Z"


@pytest.mark.parametrize(
    ("current", "made", "written", "account", "counts"),
    [
        (3, BEFORE, AFTER, "version 2", True),
        (3, BEFORE, BEFORE, "version 2", True),
        (2, BEFORE, BEFORE, "version 2", False),
        (1, AFTER, AFTER, "version 2", True),
        (1, BEFORE, AFTER, "version 2", False),
        (3, BEFORE, AFTER, None, True),
        (3, BEFORE, BEFORE, None, False),
        (0, BEFORE, "", None, False),
        (0, "soon", "", "version 2", False),
    ],
)
def test_only_what_was_written_after_it_was_read_counts(
    current: int, made: str, written: str, account: str | None, counts: bool
) -> None:
    versions = {str(current): {"created_time": written}}
    metadata = {"current_version": current, "created_time": made, "versions": versions}
    assert changed(metadata, account, READ_BY) is counts
