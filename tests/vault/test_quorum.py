"""A quorum that Vault itself checks: nothing is made before two approvers authorized it with tokens of their own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.openbao import write_policy
from integrations.vault import Connection, Report, VaultCredentials, Wanted, check_setup
from integrations.vault.quorum import WAITS_NO_MORE
from tests.vault.conftest import Servers, handles
from tests.vault.guarded import AUTHORIZE, OWNERS, PATH, POLICY, REQUESTER, Guarded, Refused, guard
from workflows.access.vault_quorum.asked import Asked
from workflows.ports import CredentialHandles, Permanent

FIRST, SECOND = OWNERS
DENIED = "permission denied"
OPEN = f'path "{PATH}" {{ capabilities = ["read"] }}'


@pytest.fixture(scope="module")
def guarded(servers: Servers) -> Guarded:
    return guard(servers)


@pytest.fixture
async def vault(guarded: Guarded) -> AsyncIterator[VaultCredentials]:
    connection = Connection(guarded.bao.addr, guarded.servers.login)
    yield VaultCredentials(connection, mint_within=1.0)
    await connection.close()


class TestTwoApprovers:
    async def test_have_it_made_and_it_ends_with_its_grant(
        self, guarded: Guarded, vault: VaultCredentials
    ) -> None:
        order = guarded.order(seconds=30)
        asked = await vault.ask(order, 2)
        assert (asked.approvals, asked.groups) == (2, ("data-owners",))
        assert (await vault.authorized(asked)).by == ()
        assert not guarded.authorizes(FIRST, asked.accessor)
        waiting = await vault.authorized(asked)
        assert (len(waiting.by), waiting.enough) == (1, False)
        assert guarded.authorizes(SECOND, asked.accessor)
        assert (await vault.authorized(asked)).enough
        minted = await vault.collect(order, asked)
        with guarded.servers.connect(guarded.servers.unwrap(minted)) as session:
            assert session.execute("SELECT count(*) FROM pii.customers").fetchone() == (3000,)
        assert minted.expires_at <= order.ends_at
        await vault.end(handles(order, minted), frozenset())
        assert guarded.made() == set()

    async def test_have_one_made_and_no_second(self, guarded: Guarded, vault: VaultCredentials) -> None:
        """Vault would make another each time that the request is unwrapped."""
        order = guarded.order()
        asked = await vault.ask(order, 2)
        for one in OWNERS:
            guarded.authorizes(one, asked.accessor)
        minted = await vault.collect(order, asked)
        again = asked.request_token.get_secret_value()
        with pytest.raises(Refused, match="not valid"):
            guarded.call("POST", "sys/wrapping/unwrap", asked.grant_token.get_secret_value(), token=again)
        assert guarded.made() == {minted.lease_id}
        await vault.end(handles(order, minted), frozenset())

    async def test_are_two(self, guarded: Guarded, vault: VaultCredentials) -> None:
        asked = await vault.ask(guarded.order(), 2)
        guarded.authorizes(FIRST, asked.accessor)
        with pytest.raises(Refused, match="already authorized"):
            guarded.authorizes(FIRST, asked.accessor)
        assert not guarded.authorizes("U0STRANGER", asked.accessor), "who isn't in the group isn't counted"
        assert len((await vault.authorized(asked)).by) == 1
        await vault.give_up(asked)

    async def test_are_others_than_the_requester(self, guarded: Guarded, vault: VaultCredentials) -> None:
        asked = await vault.ask(guarded.order(requester=FIRST), 2)
        with pytest.raises(Refused, match="token owner cannot be approver"):
            guarded.authorizes(FIRST, asked.accessor)
        await vault.give_up(asked)

    async def test_count_from_when_they_authorized(self, guarded: Guarded, vault: VaultCredentials) -> None:
        """Vault doesn't look again whether an approver is still in the group; docs/vault-quorum.md says so."""
        asked = await vault.ask(guarded.order(), 2)
        guarded.authorizes(FIRST, asked.accessor)
        guarded.owners(SECOND)
        try:
            assert guarded.authorizes(SECOND, asked.accessor)
        finally:
            guarded.owners(*OWNERS)
            await vault.give_up(asked)

    async def test_do_not_count_once_they_left_the_group(
        self, guarded: Guarded, vault: VaultCredentials
    ) -> None:
        asked = await vault.ask(guarded.order(), 2)
        guarded.owners(FIRST)
        try:
            guarded.authorizes(FIRST, asked.accessor)
            assert not guarded.authorizes(SECOND, asked.accessor)
            assert len((await vault.authorized(asked)).by) == 1
        finally:
            guarded.owners(*OWNERS)
            await vault.give_up(asked)


class TestBeforeTheQuorum:
    async def test_given_up_it_can_never_be_made(self, guarded: Guarded, vault: VaultCredentials) -> None:
        order = guarded.order()
        asked = await vault.ask(order, 2)
        guarded.authorizes(FIRST, asked.accessor)
        await vault.give_up(asked)
        with pytest.raises(Refused, match="invalid accessor"):
            guarded.authorizes(SECOND, asked.accessor)
        with pytest.raises(Permanent, match=WAITS_NO_MORE):
            await vault.authorized(asked)
        assert guarded.servers.tokens_of(order.credential) == []

    async def test_unwrapping_makes_nothing_and_leaves_nothing(
        self, guarded: Guarded, vault: VaultCredentials
    ) -> None:
        order = guarded.order()
        asked = await vault.ask(order, 2)
        with pytest.raises(Permanent, match=WAITS_NO_MORE):
            await vault.collect(order, asked)
        assert guarded.servers.tokens_of(order.credential) == []
        assert guarded.made() == set()

    async def test_what_a_dead_process_had_asked_for_is_found_and_ended(
        self, guarded: Guarded, vault: VaultCredentials
    ) -> None:
        """Authorized twice, it can't be made any more: the tokens died with the process, and Vault's are revoked."""
        order = guarded.order()
        asked = await vault.ask(order, 2)
        for one in OWNERS:
            guarded.authorizes(one, asked.accessor)
        lost = CredentialHandles(order.credential, PATH, wrapping_accessor=asked.accessor)
        await vault.end(lost, frozenset())
        with pytest.raises(Permanent, match=WAITS_NO_MORE):
            await vault.authorized(asked)
        with pytest.raises(Refused):
            guarded.call("POST", "sys/wrapping/unwrap", asked.request_token.get_secret_value())
        assert guarded.made() == set()

    async def test_comparing_vault_with_the_ledger_leaves_it_be(
        self, guarded: Guarded, vault: VaultCredentials
    ) -> None:
        """Vault lists the request among the leases of the path, and the grant's token among Daypass's."""
        order = guarded.order()
        asked = await vault.ask(order, 2)
        live = {order.credential: CredentialHandles(order.credential, PATH)}
        later = datetime.now(UTC) + timedelta(seconds=5)
        assert await vault.reconcile(frozenset({PATH}), live, later) == []
        assert not (await vault.authorized(asked)).enough
        await vault.give_up(asked)

    async def test_vault_waits_for_no_longer_than_its_policy_says(
        self, guarded: Guarded, vault: VaultCredentials
    ) -> None:
        rules = (await _rules(guarded)).replace('ttl = "1h"', 'ttl = "1s"')
        with guarded.policy(rules):
            asked = await vault.ask(guarded.order(), 2)
        with pytest.raises(Permanent, match=WAITS_NO_MORE):
            await _watched(vault, asked)
        await vault.give_up(asked)


class TestASetUpThatGuardsNothing:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (("approvals   = 2", "approvals   = 1"), "asks for 1 approvals .* and the policy bundle for 2"),
            (('ttl = "1h"', ""), "without ttl"),
            (('controlled_capabilities = ["read"]', 'controlled_capabilities = ["update"]'), "no factor"),
        ],
    )
    async def test_is_refused_before_anything_is_asked(
        self, guarded: Guarded, vault: VaultCredentials, change: tuple[str, str], said: str
    ) -> None:
        order = guarded.order()
        rules = (await _rules(guarded)).replace(*change)
        with guarded.policy(rules), pytest.raises(Permanent, match=said):
            await vault.ask(order, 2)
        assert guarded.servers.tokens_of(order.credential) == []

    async def test_somebody_whom_vault_does_not_know_is_told(
        self, guarded: Guarded, vault: VaultCredentials
    ) -> None:
        """And no entity is made for them, which could approve what they ask for."""
        with pytest.raises(Permanent, match="Vault doesn't know who you are"):
            await vault.ask(guarded.order(requester="U0NEW"), 2)
        mount = guarded.bao.call("GET", "sys/auth/token")["data"]["accessor"]
        new = {"alias_name": "U0NEW", "alias_mount_accessor": mount}
        assert guarded.bao.call("POST", "identity/lookup/entity", **new) == {}

    async def test_a_requester_whose_entity_has_rights_gets_no_token(
        self, guarded: Guarded, vault: VaultCredentials
    ) -> None:
        """With them, Daypass's login could do in the person's name whatever those rights allow."""
        entity = f"identity/entity/id/{guarded.entities[REQUESTER]}"
        order = guarded.order()
        guarded.bao.call("POST", entity, policies=["approvers"])
        try:
            with pytest.raises(Permanent, match="has the policies approvers"):
                await vault.ask(order, 2)
        finally:
            guarded.bao.call("POST", entity, policies=[])
        assert guarded.servers.tokens_of(order.credential) == []

    async def test_an_engine_that_can_t_wait_is_refused(
        self, guarded: Guarded, vault: VaultCredentials
    ) -> None:
        order = replace(guarded.order(), path="pki/issue/job", secrets_engine="pki")
        with pytest.raises(Permanent, match="can't wait for approvers with TLS certificates"):
            await vault.ask(order, 2)


async def _checked(guarded: Guarded, approvals: int = 2) -> Report:
    connection = Connection(guarded.bao.addr, guarded.servers.login)
    people = (REQUESTER, *OWNERS)
    wanted = [
        Wanted("warehouse-pii", POLICY, PATH, 3600, approvals=approvals, people=people),
        Wanted("warehouse-write", "grant-high-warehouse-write", "database/creds/warehouse-write", 7200),
        Wanted("warehouse", "grant-warehouse-read", "database/creds/warehouse-read", 8 * 3600),
    ]
    try:
        return await check_setup(connection, wanted)
    finally:
        await connection.close()


class TestTheCheckOfTheSetUp:
    """`daypass check BUNDLE --vault`."""

    async def test_finds_nothing_wrong_with_the_files_of_examples(self, guarded: Guarded) -> None:
        found = await _checked(guarded)
        assert (found.missing, found.too_wide) == ([], [])

    async def test_names_a_policy_that_asks_for_too_few(self, guarded: Guarded) -> None:
        assert any(
            "asks for 2 approvals, and warehouse-pii" in one for one in (await _checked(guarded, 3)).missing
        )

    async def test_names_another_policy_by_which_the_path_is_open(self, guarded: Guarded) -> None:
        write_policy(
            guarded.bao, "grant-high-careless", 'path "database/creds/*" { capabilities = ["read"] }'
        )
        try:
            wide = (await _checked(guarded)).too_wide
        finally:
            guarded.bao.call("DELETE", "sys/policies/acl/grant-high-careless")
        assert any(f"grant-high-careless opens {PATH} too" in one for one in wide), wide

    async def test_names_rights_that_people_have_by_entity_or_group(self, guarded: Guarded) -> None:
        """With them, whoever has Daypass's second login authorizes in an approver's name: it makes a token of theirs."""
        group = "identity/group/name/data-owners"
        guarded.bao.call("POST", group, policies=["approvers"])
        try:
            wide = (await _checked(guarded)).too_wide
            high = guarded.daypass(high=True)
            _, accessor, _ = _asked(guarded, _token(guarded, high, [POLICY], REQUESTER))
            forged = guarded.call(
                "POST", AUTHORIZE, _token(guarded, high, [POLICY], FIRST), accessor=accessor
            )
        finally:
            guarded.bao.call("POST", group, policies=[])
        assert forged["data"] == {"approved": False}, "it was counted, as the first of two"
        assert any("The group data-owners in Vault has the policies approvers" in one for one in wide), wide
        assert any(f"{FIRST} has the policies approvers in Vault" in one for one in wide), wide

    async def test_tells_whom_vault_does_not_know(self, guarded: Guarded) -> None:
        one = Wanted("warehouse-pii", POLICY, PATH, 3600, approvals=2, people=("U0NEW",))
        connection = Connection(guarded.bao.addr, guarded.servers.login)
        assert any(
            "Vault doesn't know U0NEW" in note for note in (await check_setup(connection, [one])).notes
        )
        await connection.close()

    async def test_without_its_rights_names_them(self, servers: Servers) -> None:
        connection = Connection(servers.bao.addr, servers.login)
        missing = (await check_setup(connection, [Wanted("pii", POLICY, PATH, approvals=2)])).missing
        assert any("has to be allowed to update sys/control-group/request" in one for one in missing), missing
        await connection.close()


class TestWhoeverHasAllOfDaypass:
    """Its host and its process, so both logins, and every token that they can make: everything is used freely."""

    def test_gets_no_credential_without_two_approvers_own_tokens(self, guarded: Guarded) -> None:
        high, everyday = guarded.daypass(high=True), guarded.daypass(high=False)
        requests = [_asked(guarded, token) for token in _tokens(guarded, high)]
        guarded.authorizes(FIRST, requests[0][1])
        for token, accessor, wrapping in requests:
            for own in (high, everyday, token, *_impersonating(guarded, high)):
                _refuses(guarded, DENIED, "POST", AUTHORIZE, own, accessor=accessor)
            for own in (high, everyday, token, wrapping):
                for call in ("unwrap", "rewrap"):
                    _refuses(guarded, "wrapping|denied", "POST", f"sys/wrapping/{call}", own, token=wrapping)
        for own in (high, everyday):
            _refuses(guarded, DENIED, "GET", PATH, own)
        assert guarded.made() == set()

    def test_gets_more_than_one_by_what_they_did_authorize_for_two_hours_at_most(
        self, guarded: Guarded
    ) -> None:
        """And in nobody's name, the requester's own counts: docs/vault-quorum.md says so."""
        body = {"policies": [POLICY], "ttl": "768h", "explicit_max_ttl": "768h"}
        path = "auth/token/create/daypass-high"
        made = guarded.call("POST", path, guarded.daypass(high=True), **body)["auth"]
        token, accessor, wrapping = _asked(guarded, made["client_token"])
        for one in OWNERS:
            guarded.authorizes(one, accessor)
        for _ in range(2):
            guarded.call("POST", "sys/wrapping/unwrap", token, token=wrapping)
        assert len(guarded.made()) == 2
        assert made["lease_duration"] == 2 * 3600
        guarded.bao.call("POST", "auth/token/revoke-accessor", accessor=made["accessor"])
        while guarded.made():
            continue

    @pytest.mark.parametrize(
        ("path", "body", "said"),
        [
            (f"sys/policies/acl/{POLICY}", {"policy": OPEN}, DENIED),
            ("sys/policies/acl/grant-high-mine", {"policy": OPEN}, DENIED),
            ("identity/group/name/data-owners", {"member_entity_ids": []}, DENIED),
            ("identity/entity", {"name": "mine"}, DENIED),
            ("identity/entity-alias", {"name": FIRST, "canonical_id": "x", "mount_accessor": "y"}, DENIED),
            ("identity/entity/merge", {"from_entity_ids": ["x"], "to_entity_id": "y"}, DENIED),
            ("auth/userpass/users/mine", {"password": "x", "token_policies": ["approvers"]}, DENIED),
            ("auth/token/roles/daypass-high", {"allowed_policies_glob": ["*"]}, DENIED),
            ("auth/approle/role/daypass-high", {"token_policies": ["approvers"]}, DENIED),
            ("sys/control-group/config", {"max_ttl": "1s"}, DENIED),
            ("auth/token/create/daypass-high", {"policies": ["approvers"]}, "subset of the role's allowed"),
            ("auth/token/create/daypass-high", {"policies": [POLICY], "entity_alias": "root"}, "invalid 'entity_alias'"),
        ],
    )  # fmt: skip
    def test_can_t_change_who_has_to(
        self, guarded: Guarded, path: str, body: dict[str, object], said: str
    ) -> None:
        with pytest.raises(Refused, match=said):
            guarded.call("POST", path, guarded.daypass(high=True), **body)
        with pytest.raises(Refused, match=DENIED):
            guarded.call("POST", path, guarded.daypass(high=False), **body)


def _tokens(guarded: Guarded, high: str) -> list[str]:
    """Tokens that may read the path: in nobody's name, in everyone's, a stranger's, and with all that others may besides."""
    every = [POLICY, "grant-high-warehouse-write"]
    return [
        *(_token(guarded, high, [POLICY], alias) for alias in (None, REQUESTER, "U0FRESH", *OWNERS)),
        _token(guarded, high, every, REQUESTER),
    ]


def _impersonating(guarded: Guarded, high: str) -> list[str]:
    """Tokens in the name of each approver."""
    return [_token(guarded, high, [POLICY, "grant-high-warehouse-write"], one) for one in OWNERS]


def _token(guarded: Guarded, high: str, policies: list[str], alias: str | None) -> str:
    body = {"policies": policies, "ttl": "2h", **({"entity_alias": alias} if alias else {})}
    return str(guarded.call("POST", "auth/token/create/daypass-high", high, **body)["auth"]["client_token"])


def _asked(guarded: Guarded, token: str) -> tuple[str, str, str]:
    """What Vault answers instead of a credential: the request's accessor, and its token."""
    answer = guarded.call("GET", PATH, token)
    assert answer["data"] is None
    return token, answer["wrap_info"]["accessor"], answer["wrap_info"]["token"]


async def _watched(vault: VaultCredentials, asked: Asked) -> None:
    """Look until Vault waits no more. Raises what it says then."""
    while True:
        await vault.authorized(asked)


def _refuses(guarded: Guarded, said: str, method: str, path: str, by: str, **body: object) -> None:
    with pytest.raises(Refused, match=said):
        guarded.call(method, path, by, **body)


async def _rules(guarded: Guarded) -> str:
    return str(guarded.bao.call("GET", f"sys/policies/acl/{POLICY}")["data"]["policy"])
