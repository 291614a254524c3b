"""What an operator hears of the set-up: nothing if all is there and bounded, else what and what to do."""

import asyncio
import json
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.demo.openbao import EXAMPLES, bound_login, write_policy
from integrations.vault import (
    AppRole,
    Connection,
    FixedToken,
    Logins,
    Report,
    TransitSigner,
    VaultCredentials,
    Wanted,
    check_setup,
    ready,
)
from integrations.vault.excess_permissions import namespace_bound
from integrations.vault.secret_ids import approle_bounds
from tests.vault.conftest import Servers

WAREHOUSE = [
    Wanted("warehouse", "grant-warehouse-read", "database/creds/warehouse-read", 8 * 3600),
    Wanted("warehouse-write", "grant-high-warehouse-write", "database/creds/warehouse-write", 2 * 3600),
    Wanted("warehouse-pii", "grant-high-warehouse-pii", "database/creds/warehouse-pii", 3600),
]
PATHS = frozenset(one.path for one in WAREHOUSE)
WIDE_ROLE = {"allowed_policies_glob": ["*"], "orphan": True, "renewable": False, "token_type": "service"}
WIDE_POLICY = """
path "auth/token/create/daypass" { capabilities = ["update"] }
path "auth/token/revoke-accessor" { capabilities = ["update"] }
path "auth/token/lookup-accessor" { capabilities = ["update"] }
path "auth/token/accessors" { capabilities = ["list", "sudo"] }
path "auth/token/accessors/" { capabilities = ["list", "sudo"] }
path "sys/leases/revoke" { capabilities = ["update"] }
path "sys/leases/lookup" { capabilities = ["update"] }
path "sys/leases/lookup/*" { capabilities = ["list", "sudo"] }
path "sys/leases" { capabilities = ["read", "sudo"] }
path "transit/sign/daypass-log" { capabilities = ["update"] }
path "transit/keys/daypass-log" { capabilities = ["read"] }
path "auth/token/roles/daypass" { capabilities = ["read"] }
path "auth/approle/role/daypass" { capabilities = ["read"] }
path "auth/approle/role/daypass/secret-id/lookup" { capabilities = ["update"] }
path "auth/token/lookup-self" { capabilities = ["read"] }
path "sys/capabilities-accessor" { capabilities = ["update"] }
path "sys/capabilities-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
"""
"""The set-up as it was before the attack on it, but for three rights by which it can be looked at."""
WIDE_GRANT = """
path "database/creds/warehouse-*" { capabilities = ["read"] }
path "sys/leases/renew" { capabilities = ["update"] }
path "sys/wrapping/wrap" { capabilities = ["update"] }
"""


async def test_the_files_of_examples_are_a_complete_set_up(connection: Connection) -> None:
    assert await ready(connection) is None
    found = await check_setup(connection, WAREHOUSE)
    assert (found.missing, found.too_wide) == ([], [])
    assert [note.partition(" expires")[0] for note in found.notes] == [
        "The secret id of daypass",
        "The secret id of daypass-high",
    ]


@pytest.fixture(scope="module")
def without_bounds(servers: Servers) -> Report:
    """What is found of a set-up in the root namespace that has every right it ever needed, and no bound."""
    root = servers.bao.at_root
    for path, kind in (("auth/approle", "approle"), ("mounts/transit", "transit")):
        root.call("POST", f"sys/{path}", type=kind)
    root.call("POST", "transit/keys/daypass-log", type="ed25519")
    write_policy(root, "daypass", WIDE_POLICY)
    for one in WAREHOUSE:
        write_policy(root, one.policy, WIDE_GRANT)
    root.call("POST", "auth/token/roles/daypass", **WIDE_ROLE)
    role = "auth/approle/role/daypass"
    root.call("POST", role, token_policies=["daypass"], token_ttl="1h", token_no_default_policy=True)
    role_id = root.call("GET", f"{role}/role-id")["data"]["role_id"]
    secret_id = SecretStr(root.call("POST", f"{role}/secret-id")["data"]["secret_id"])
    login = AppRole(role_id, secret_id)
    connection = Connection(root.addr, Logins(login, login))
    return asyncio.run(check_setup(connection, WAREHOUSE, high_token_role="daypass"))


class TestASetUpWithoutBounds:
    """Everything that the attack on Daypass's login used is named, with what to write instead."""

    @pytest.mark.parametrize(
        ("bound", "danger", "remedy"),
        [
            ("have its own namespace", "every token in this Vault, including root's", "VAULT_NAMESPACE"),
            ("has no maximum TTL", "768h by default", "token_explicit_max_ttl=28800s"),
            ("allows the policies “*”", "tokens for more than grants", "allowed_policies_glob=grant-*"),
            (
                "policies that aren't for grants",
                "without any approval",
                "disallowed_policies_glob=grant-high-*",
            ),
            ("policies of high and critical risk", "without any approval", "grant-high-*"),
            ("tokens that work from any address", "can use them anywhere", "token_bound_cidrs=…"),
            (
                "may revoke any lease, including other teams'",
                "so may anyone who steals it",
                "allowed_parameters",
            ),
            ("may look up any lease", "so may anyone who steals it", "allowed_parameters"),
            ("may list leases under every path", "", "sys/leases/lookup/"),
            ("may renew any lease, including other people's", "", "allowed_parameters of sys/leases/renew"),
            ("also opens database/creds/warehouse-pii", "one approval gives both", ""),
            ("secret id of daypass never expires", "a stolen copy works forever", "secret_id_ttl=720h"),
            ("secret id of daypass works from any address", "", "secret_id_bound_cidrs=…"),
            ("Tokens of daypass work from any address", "", "token_bound_cidrs=…"),
        ],
    )
    def test_hears_of(self, without_bounds: Report, bound: str, danger: str, remedy: str) -> None:
        said = without_bounds.too_wide
        assert any(bound in one and danger in one and remedy in one for one in said), said


async def test_the_script_sets_up_an_empty_namespace_and_daypass_works_in_it(servers: Servers) -> None:
    settings = _apply(servers, DAYPASS_NAMESPACE="team")
    assert settings["VAULT_NAMESPACE"] == "team"
    connection = Connection(servers.bao.addr, _logins(settings))
    assert await ready(connection) is None
    assert (await check_setup(connection, [])).faultless
    assert set(await TransitSigner(connection).public_keys()) == {1}
    assert await VaultCredentials(connection).reconcile(PATHS, {}, datetime.now(UTC)) == []
    again = _apply(servers, DAYPASS_NAMESPACE="team")
    assert again["VAULT_ROLE_ID"] == settings["VAULT_ROLE_ID"]
    assert again["VAULT_HIGH_SECRET_ID"] != settings["VAULT_HIGH_SECRET_ID"]
    await connection.close()


async def test_the_script_s_bounds_are_those_that_it_was_given(servers: Servers) -> None:
    inner = _apply(
        servers,
        BAO_NAMESPACE="daypass",
        DAYPASS_NAMESPACE="inner",
        DAYPASS_CIDRS="10.9.8.7/32",
        DAYPASS_SECRET_ID_TTL="2h",
        DAYPASS_HIGH_LONGEST="30m",
    )
    assert inner["VAULT_NAMESPACE"] == "daypass/inner"
    there = servers.bao.within("daypass/inner")
    assert there.call("GET", "auth/token/roles/daypass-high")["data"]["token_explicit_max_ttl"] == 1800
    assert there.call("GET", "auth/approle/role/daypass")["data"]["secret_id_ttl"] == 7200
    elsewhere = Connection(servers.bao.addr, _logins(inner))
    assert "the login allows Daypass's address" in str(await ready(elsewhere))
    await elsewhere.close()


def test_the_script_asks_for_the_addresses_of_daypass(servers: Servers) -> None:
    ran = _run(servers, DAYPASS_NAMESPACE="team", DAYPASS_CIDRS="")
    assert ran.returncode != 0
    assert "name the addresses that Daypass logs in from" in ran.stderr


async def test_a_policy_that_allows_too_little_is_named_with_what_it_lacks(
    servers: Servers, connection: Connection
) -> None:
    rules = 'path "database/creds/warehouse-read" { capabilities = ["read"] }'
    write_policy(servers.bao, "grant-thin", rules)
    found = await check_setup(connection, [Wanted("thin", "grant-thin", "database/creds/warehouse-read")])
    assert found.missing == [
        "The Vault policy grant-thin has to allow update on sys/leases/renew.",
        "The Vault policy grant-thin has to allow update on sys/wrapping/wrap.",
    ]


async def test_a_missing_token_role_and_key_are_named(connection: Connection) -> None:
    said = " ".join((await check_setup(connection, [], token_role="nobody", key="no-key")).missing)
    for path in ("auth/token/create/nobody", "auth/token/roles/nobody", "transit/keys/no-key"):
        assert path in said


async def test_a_path_whose_leases_daypass_can_t_end_is_named(connection: Connection) -> None:
    found = await check_setup(connection, [Wanted("other", "grant-warehouse-read", "database/creds/other")])
    said = " ".join(found.missing)
    for call in ("sys/leases/revoke", "sys/leases/lookup"):
        assert f"has to allow update on {call} for leases of database/creds/other" in said
    assert "list and sudo on sys/leases/lookup/database/creds/other" in said


async def test_without_the_second_login_what_it_makes_is_named(servers: Servers) -> None:
    lonely = Connection(servers.bao.addr, replace(servers.login, high=None))
    (missing,) = (await check_setup(lonely, WAREHOUSE)).missing
    assert missing.startswith("Nobody can get a login for warehouse-pii, warehouse-write. ")
    assert "VAULT_HIGH_ROLE_ID and VAULT_HIGH_SECRET_ID" in missing
    await lonely.close()


class TestAnAddressThatConfinesNothing:
    """Vault takes a lease's id from the body, whatever the address says that the policy allows."""

    async def test_is_found(self, servers: Servers) -> None:
        rules = (EXAMPLES / "daypass.hcl").read_text()
        by_address = 'path "sys/leases/revoke/database/creds/warehouse-*" { capabilities = ["update"] }'
        connection = _as(servers, "by-address", f"{rules}\n{by_address}")
        wide = (await check_setup(connection, WAREHOUSE[:1])).too_wide
        assert any("the body's lease_id overrides the path" in one for one in wide)
        await connection.close()


class TestALowerCeiling:
    """Beside the rule that promises more."""

    @pytest.mark.parametrize(
        ("path", "settings", "said"),
        [
            ("auth/token/roles/daypass", {"token_explicit_max_ttl": "1h"}, "a token of auth/token/roles/daypass to 1 hour"),
            ("database/roles/warehouse-read", {"max_ttl": "2h"}, "database/roles/warehouse-read to 2 hours (max_ttl)"),
            ("sys/mounts/database/tune", {"max_lease_ttl": "3h"}, "database/creds to 3 hours (max_lease_ttl"),
        ],
    )  # fmt: skip
    async def test_is_named(
        self, servers: Servers, connection: Connection, path: str, settings: dict[str, str], said: str
    ) -> None:
        usual = {"max_lease_ttl": "0"} if path.startswith("sys/") else _usual(path)
        servers.bao.call("POST", path, **usual | settings)
        try:
            found = await check_setup(connection, WAREHOUSE)
        finally:
            servers.bao.call("POST", path, **usual)
        assert len(found.missing) == 1
        assert found.missing[0].startswith("warehouse allows 8 hours, but Vault limits ")
        assert said in found.missing[0]

    async def test_of_high_grants_is_its_own(self, servers: Servers, connection: Connection) -> None:
        role = "auth/token/roles/daypass-high"
        servers.bao.call("POST", role, token_explicit_max_ttl="90m")
        try:
            found = await check_setup(connection, WAREHOUSE)
        finally:
            servers.bao.call("POST", role, token_explicit_max_ttl="2h")
        (missing,) = found.missing
        assert missing.startswith(
            "warehouse-write allows 2 hours, but Vault limits a token of auth/token/roles/daypass-high"
        )

    async def test_that_daypass_may_not_look_at_is_a_note(self, servers: Servers) -> None:
        rules = (EXAMPLES / "daypass.hcl").read_text().replace("database/roles/", "database/no-roles/")
        connection = _as(servers, "blind", rules)
        notes = (await check_setup(connection, WAREHOUSE[:1])).notes
        assert any("may not read database/roles/warehouse-read" in one for one in notes)
        await connection.close()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"token_num_uses": 2}, "token_num_uses=0: Daypass uses a grant's token three times"),
        ({"token_type": "default-batch"}, "token_type=service"),
        ({"token_period": "10m"}, "10 minutes (token_explicit_max_ttl or token_period"),
        ({"path_suffix": "suffix"}, 'path_suffix=""'),
        ({"orphan": False}, "orphan=true"),
        ({"renewable": True}, "renewable=false"),
        ({"token_bound_cidrs": ["10.9.8.7/32"]}, "from Daypass's address (token_bound_cidrs)"),
    ],
)
async def test_a_token_role_that_breaks_minting_is_found(
    servers: Servers, connection: Connection, setting: dict[str, object], said: str
) -> None:
    role = {**_usual("auth/token/roles/daypass"), **setting}
    servers.bao.call("POST", "auth/token/roles/breaking", **role)
    rules = (EXAMPLES / "daypass.hcl").read_text().replace('/daypass"', '/breaking"')
    other = _as(servers, "breaking", rules)
    missing = (await check_setup(other, WAREHOUSE[:1], token_role="breaking")).missing
    assert any(said in one for one in missing), missing
    await other.close()
    servers.bao.call("DELETE", "auth/token/roles/breaking")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"token_num_uses": 5}, "auth/approle/role/daypass needs token_num_uses=0"),
        ({"token_type": "batch"}, "auth/approle/role/daypass needs token_type=service"),
    ],
)
async def test_a_login_that_breaks_minting_is_found(
    servers: Servers, setting: dict[str, object], said: str
) -> None:
    role = "auth/approle/role/daypass"
    servers.bao.call("POST", role, **setting)
    other = Connection(servers.bao.addr, servers.login)
    try:
        missing = (await check_setup(other, WAREHOUSE[:1])).missing
        assert any(said in one for one in missing), missing
    finally:
        servers.bao.call("POST", role, token_num_uses=0, token_type="default")
        await other.close()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"num_uses": 500}, "The token in VAULT_TOKEN needs token_num_uses=0"),
        ({"type": "batch"}, "The token in VAULT_TOKEN needs token_type=service"),
        ({"ttl": "24h"}, "The token in VAULT_TOKEN expires at"),
    ],
)
async def test_a_token_given_from_outside_that_will_fail_is_found(
    servers: Servers, settings: dict[str, object], said: str
) -> None:
    made = servers.bao.call("POST", "auth/token/create", policies=["daypass"], **settings)["auth"]
    login = FixedToken(SecretStr(made["client_token"]))
    other = Connection(servers.bao.addr, Logins(login, namespace=servers.login.namespace))
    missing = (await check_setup(other, WAREHOUSE[:1])).missing
    assert any(said in one for one in missing), missing
    await other.close()


class TestWhatNobodyNeeds:
    @pytest.mark.parametrize(
        ("rule", "said"),
        [
            ('path "database/creds/*" { capabilities = ["read"] }', "can get credentials of warehouse without"),
            ('path "auth/token/create" { capabilities = ["update"] }', "can create tokens outside the token role"),
            ('path "auth/token/create/*" { capabilities = ["update"] }', "tokens that only the other login should"),
            ('path "auth/token/roles/*" { capabilities = ["update"] }', "can remove the maximum TTL"),
            ('path "sys/policies/acl/*" { capabilities = ["update"] }', "can give itself any policy"),
            ('path "sys/leases/revoke-prefix/*" { capabilities = ["update", "sudo"] }', "can revoke other people's"),
            ('path "database/roles/warehouse-*" { capabilities = ["update"] }', "can change what credentials of warehouse"),
            ('path "transit/*" { capabilities = ["read", "update"] }', "can make a key that signs exportable"),
            ('path "auth/approle/role/+/secret-id" { capabilities = ["update"] }', "can stay forever"),
            ('path "sys/raw" { capabilities = ["read", "sudo"] }', "can read and write Vault's storage"),
        ],
    )  # fmt: skip
    async def test_is_named(self, servers: Servers, rule: str, said: str) -> None:
        rules = (EXAMPLES / "daypass.hcl").read_text()
        other = _as(servers, "beyond", rules, rule)
        wide = (await check_setup(other, WAREHOUSE[:1])).too_wide
        assert any(said in one for one in wide), wide
        await other.close()

    async def test_of_the_second_login_is_named(self, servers: Servers) -> None:
        both = replace(servers.login, high=servers.login.everyday)
        other = Connection(servers.bao.addr, both)
        wide = (await check_setup(other, WAREHOUSE)).too_wide
        assert any("second login" in one and "can sign what" in one for one in wide), wide
        await other.close()


@pytest.mark.parametrize(
    ("namespace", "version", "kind"),
    [
        ("daypass", "2.7.2", None),
        (None, "2.7.2", "too wide"),
        (None, "1.21.0+ent", "too wide"),
        (None, "1.21.0", "note"),
    ],
)
def test_only_a_vault_that_has_none_may_lack_a_namespace(
    namespace: str | None, version: str, kind: str | None
) -> None:
    found = namespace_bound(namespace, version)
    assert [bool(found.too_wide), bool(found.notes)] == [kind == "too wide", kind == "note"]


def test_a_secret_id_about_to_expire_is_missing_soon() -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    secret = {
        "expiration_time": "2026-12-01T00:00:00Z",
        "cidr_list": ["10.0.0.7/32"],
        "secret_id_num_uses": 3,
    }
    found = approle_bounds("daypass", {"bound_cidrs": ["10.0.0.7"], "num_uses": 5}, {}, secret, now)
    assert len(found.missing) == 3
    assert "expires at 2026-12-01 00:00 UTC" in found.missing[2]
    assert found.too_wide == []


async def test_not_ready_says_why(servers: Servers, connection: Connection) -> None:
    servers.bao.seal()
    try:
        assert await ready(connection) == "Vault is sealed. An operator has to unseal it."
    finally:
        await servers.bao.unseal()
    assert await ready(connection) is None


async def test_not_ready_without_a_server_or_a_login(servers: Servers) -> None:
    nobody = Connection("http://127.0.0.1:9", servers.login)
    assert "can't be reached" in str(await ready(nobody))
    login = replace(servers.everyday, role_id="no-such-role")
    stranger = Connection(servers.bao.addr, replace(servers.login, everyday=login))
    assert "VAULT_ROLE_ID" in str(await ready(stranger))
    await nobody.close()
    await stranger.close()


def _as(servers: Servers, name: str, rules: str, further: str = "") -> Connection:
    """Daypass, with another policy of its everyday login, and perhaps a further one; no second login."""
    write_policy(servers.bao, name, rules.replace("approle/role/daypass", f"approle/role/{name}"))
    write_policy(servers.bao, f"{name}-further", further or 'path "none" { capabilities = ["read"] }')
    login = bound_login(servers.bao, name, [name, f"{name}-further"])
    return Connection(servers.bao.addr, Logins(login, namespace=servers.bao.namespace))


def _usual(path: str) -> dict[str, Any]:
    """What the examples write there."""
    name = "token-role" if path.startswith("auth/") else path.rpartition("/")[2]
    return dict(json.loads((EXAMPLES / f"{name}.json").read_text()))


def _logins(settings: dict[str, str]) -> Logins:
    everyday = AppRole(settings["VAULT_ROLE_ID"], SecretStr(settings["VAULT_SECRET_ID"]))
    high = AppRole(settings["VAULT_HIGH_ROLE_ID"], SecretStr(settings["VAULT_HIGH_SECRET_ID"]))
    return Logins(everyday, high, settings["VAULT_NAMESPACE"])


def _apply(servers: Servers, **variables: str) -> dict[str, str]:
    """examples/vault/apply.sh, run as an operator would; its settings."""
    ran = _run(servers, **variables)
    assert ran.returncode == 0, ran.stderr
    return dict(line.split("=", 1) for line in ran.stdout.splitlines())


def _run(servers: Servers, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "VAULT": str(servers.bao.binary),
        "BAO_ADDR": servers.bao.addr,
        "BAO_TOKEN": servers.bao.root_token,
        "DAYPASS_CIDRS": "127.0.0.1/32",
        "PATH": os.environ["PATH"],
        "HOME": str(servers.bao.directory),
        **variables,
    }
    script = Path("examples/vault/apply.sh").resolve()
    return subprocess.run(["sh", str(script)], env=environment, capture_output=True, text=True, check=False)
