"""What an answer means goes by who gave it and with which status, and only then by its words."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from integrations.vault import Connection, TransitSigner, VaultCredentials, ready
from tests.vault.conftest import Servers, ended_at_last, handles
from tests.vault.front import NO_LEADER, Front, Says, in_front_of
from workflows.ports import CredentialHandles, Permanent, Retryable

PASSING = {
    "an election": Says(500, NO_LEADER),
    "a page with 200": Says(200),
    "another program's JSON with 200": Says(200, {"status": "ok"}),
    "an empty 200": Says(200, {}),
    "a page with 403": Says(403),
    "a page with 404": Says(404),
    "another program's JSON with 404": Says(404, {"message": "no Route matched"}),
    "a page with 400": Says(400),
    "a page with 502": Says(502),
    "a page with 503": Says(503),
    "a page with 504": Says(504),
    "a standby that is behind": Says(412, {"errors": ["required index state not present"]}),
    "a time-out": Says(408, {"errors": ["request timed out"]}),
}
_KINDS = (
    "an election",
    "a page with 200",
    "a page with 403",
    "another program's JSON with 404",
    "a standby that is behind",
)
EACH = pytest.mark.parametrize("says", [PASSING[kind] for kind in _KINDS], ids=_KINDS)
PATHS = frozenset({"database/creds/warehouse-read"})
BLAMING = ("VAULT_ROLE_ID", "policy", "unseal", "secret id")
"""Words that send an operator to mend what isn't broken."""


@pytest.fixture
async def front(servers: Servers) -> AsyncIterator[Front]:
    async with in_front_of(servers.bao.addr) as front:
        yield front


@pytest.fixture
async def through(servers: Servers, front: Front) -> AsyncIterator[Connection]:
    """A connection that hasn't logged in yet."""
    opened = Connection(front.url, servers.login)
    yield opened
    front.says.clear()
    await opened.close()


class TestWhatPasses:
    """Is tried again, and nobody's secret id, policy or seal is blamed."""

    @pytest.mark.parametrize("says", PASSING.values(), ids=PASSING)
    async def test_at_login(self, servers: Servers, front: Front, through: Connection, says: Says) -> None:
        front.says["approle/login"] = says
        sentence = await ready(through)
        assert sentence
        with pytest.raises(Retryable) as minting:
            await VaultCredentials(through).mint(servers.order())
        with pytest.raises(Retryable) as signing:
            await TransitSigner(through).sign(b"x")
        said = f"{sentence} {minting.value} {signing.value}"
        assert not [word for word in BLAMING if word in said], said
        front.says.clear()
        assert await ready(through) is None

    @EACH
    async def test_at_any_call_of_a_minting(
        self, servers: Servers, front: Front, through: Connection, says: Says
    ) -> None:
        vault = VaultCredentials(through)
        for path in (
            "auth/token/create/daypass",
            "database/creds/warehouse-read",
            "leases/renew",
            "wrapping/wrap",
        ):
            front.says = {path: says}
            order = servers.order()
            with pytest.raises(Retryable) as minting:
                await vault.mint(order)
            assert not [word for word in BLAMING if word in str(minting.value)], minting.value
        assert servers.tokens_of(order.credential) == []

    @EACH
    async def test_while_vault_is_compared_with_the_ledger(
        self, servers: Servers, front: Front, through: Connection, says: Says
    ) -> None:
        """A credential that can't be looked for isn't missing."""
        vault = VaultCredentials(through)
        order = servers.order()
        live = {order.credential: handles(order, await vault.mint(order))}
        for path in ("sys/health", "auth/token/accessors", "sys/leases", "sys/leases/lookup/"):
            front.says = {path: says}
            with pytest.raises(Retryable) as comparing:
                await vault.reconcile(PATHS, live, datetime.now(UTC) + timedelta(minutes=1))
            assert not [word for word in BLAMING if word in str(comparing.value)], comparing.value

    @EACH
    async def test_while_a_credential_is_ended(
        self, servers: Servers, front: Front, through: Connection, says: Says
    ) -> None:
        vault = VaultCredentials(through)
        order = servers.order()
        minted = await vault.mint(order)
        for path in ("sys/leases/revoke", "auth/token/revoke-accessor", "sys/leases/lookup"):
            front.says = {path: says}
            with pytest.raises(Retryable) as ending:
                await vault.end(handles(order, minted), frozenset())
            assert not [word for word in BLAMING if word in str(ending.value)], ending.value
        front.says.clear()
        await vault.end(handles(order, minted), frozenset())
        assert servers.token(minted.accessor) is None


async def test_a_minting_whose_answers_are_lost_leaves_nothing(
    servers: Servers, front: Front, through: Connection
) -> None:
    vault, lost, before = VaultCredentials(through, mint_within=1.0), [], servers.leases()
    for path in ("auth/token/create/daypass", "database/creds/warehouse-read"):
        for after in (Says(504, after=True), Says(200, after=True)):
            front.says = {path: after}
            order = servers.order()
            with pytest.raises(Retryable):
                await vault.mint(order)
            lost.append(CredentialHandles(order.credential, order.path, asked_at=datetime.now(UTC)))
    front.says = {}
    for one in lost:
        await ended_at_last(vault, one)
        assert servers.tokens_of(one.credential) == []
    assert servers.leases() <= before


async def test_a_wrong_secret_id_is_told_as_one(servers: Servers, front: Front) -> None:
    front.says["approle/login"] = Says(400, {"errors": ["invalid role or secret ID"]})
    wrong = Connection(front.url, servers.login)
    assert "VAULT_ROLE_ID" in str(await ready(wrong))
    with pytest.raises(Permanent, match="VAULT_ROLE_ID"):
        await VaultCredentials(wrong).mint(servers.order())
    await wrong.close()


async def test_an_engine_s_words_end_nothing(servers: Servers, front: Front, through: Connection) -> None:
    """A lease is gone if Vault refuses to know it, not because an error speaks of an invalid one."""
    vault = VaultCredentials(through)
    order = servers.order()
    minted = await vault.mint(order)
    front.says["sys/leases/lookup"] = Says(500, {"errors": ["failed to read: invalid lease entry"]})
    with pytest.raises(Retryable, match="invalid lease entry"):
        await vault.end(handles(order, minted), frozenset())
    front.says = {"auth/token/revoke-accessor": Says(500, {"errors": ["storage: invalid accessor index"]})}
    with pytest.raises(Retryable, match="invalid accessor index"):
        await vault.end(handles(order, minted), frozenset())


async def test_what_was_minted_while_vault_is_compared_isn_t_missing(
    servers: Servers, front: Front, through: Connection
) -> None:
    """A standby may list what was there a moment ago."""
    vault = VaultCredentials(through)
    order = servers.order()
    minted = handles(order, await vault.mint(order))
    for path in ("auth/token/accessors", "sys/leases/lookup/database/creds/warehouse-read"):
        front.says = {path: Says(404, {"errors": []})}
        for age, missing in ((timedelta(0), []), (timedelta(minutes=2), [order.credential])):
            made = datetime.now(UTC) - age
            told = CredentialHandles(**{**vars(minted), "asked_at": made})
            found = await vault.reconcile(PATHS, {order.credential: told}, datetime.now(UTC))
            assert [one.missing for one in found if one.missing] == missing
