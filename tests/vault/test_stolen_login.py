"""What a thief of Daypass's logins to Vault can do, and can't: everything that the attack did, and its siblings."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import requests

from bot.demo.openbao import ENTITLEMENTS, OpenBao
from integrations.vault import AppRole
from tests.vault.conftest import Servers

OUT_OF_REACH = (
    "different namespace",
    "unavailable in namespaces",
    "only available in root",
    "wrapping token",
)
FOREVER = {"no_default_policy": True, "ttl": "768h", "explicit_max_ttl": "768h"}


@dataclass(frozen=True)
class Thief:
    """Whoever has a login's role id and secret id, and reaches Vault."""

    bao: OpenBao
    token: str

    def call(self, method: str, path: str, token: str = "", namespace: str = "daypass", **body: Any) -> Any:
        """What Vault answers; its JSON if it is a yes. Raises Refused."""
        headers = {"X-Vault-Token": token or self.token, "X-Vault-Namespace": namespace}
        answer = requests.request(
            method, f"{self.bao.addr}/v1/{path}", json=body or None, headers=headers, timeout=20
        )
        if not answer.ok:
            raise Refused(answer.status_code, answer.text)
        return answer.json() if answer.content else {}

    def refused(self, method: str, path: str, **options: Any) -> bool:
        """Whether Vault says no, and not only that there is no such thing."""
        try:
            self.call(method, path, **options)
        except Refused as refused:
            return refused.status == 403 or any(words in refused.text for words in OUT_OF_REACH)
        return False

    def makes(self, role: str, *policies: str, **options: Any) -> dict[str, Any]:
        """A token by one of the token roles. Raises Refused."""
        body = {**FOREVER, "policies": list(policies), **options}
        return dict(self.call("POST", f"auth/token/create/{role}", **body)["auth"])


class Refused(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status
        self.text = text


def logged_in(servers: Servers, login: Any) -> Thief:
    assert isinstance(login, AppRole)
    proof = {"role_id": login.role_id, "secret_id": login.secret_id.get_secret_value()}
    answer = Thief(servers.bao, "").call("POST", "auth/approle/login", **proof)
    return Thief(servers.bao, answer["auth"]["client_token"])


@pytest.fixture
def everyday(servers: Servers) -> Thief:
    return logged_in(servers, servers.login.everyday)


@pytest.fixture
def second(servers: Servers) -> Thief:
    return logged_in(servers, servers.login.high)


@pytest.fixture
def other_team(servers: Servers) -> Iterator[str]:
    """A lease of somebody else under another path of the same engine; its id."""
    bao, role = servers.bao, "database/roles/other-team"
    connection = "database/config/warehouse"
    bao.call("POST", connection, allowed_roles=["*"], verify_connection=False)
    settings = bao.call("GET", "database/roles/warehouse-read")["data"]
    bao.call("POST", role, **{name: settings[name] for name in _COPIED})
    lease = bao.call("GET", "database/creds/other-team")["lease_id"]
    yield lease
    bao.call("PUT", "sys/leases/revoke", lease_id=lease, sync=True)
    bao.call("DELETE", role)
    bao.call("POST", connection, allowed_roles=list(ENTITLEMENTS), verify_connection=False)


_COPIED = ("db_name", "creation_statements", "renew_statements", "revocation_statements")


class TestWhatTheAttackDid:
    def test_one_token_for_three_entitlements_with_what_is_of_high_risk(self, everyday: Thief) -> None:
        with pytest.raises(Refused, match="disallowed by this role"):
            everyday.makes("daypass", *ENTITLEMENTS.values())

    @pytest.mark.parametrize("name", ["warehouse-write", "warehouse-pii"])
    def test_a_credential_of_high_or_critical_risk(
        self, servers: Servers, everyday: Thief, name: str
    ) -> None:
        with pytest.raises(Refused, match="disallowed by this role"):
            everyday.makes("daypass", ENTITLEMENTS[name])
        assert everyday.refused("POST", "auth/token/create/daypass-high", policies=[ENTITLEMENTS[name]])
        assert everyday.refused("GET", f"database/creds/{name}")

    def test_a_token_of_768_hours(self, everyday: Thief, second: Thief) -> None:
        low = everyday.makes("daypass", "grant-warehouse-read")
        high = second.makes("daypass-high", "grant-high-warehouse-pii")
        assert (low["lease_duration"], high["lease_duration"]) == (8 * 3600, 2 * 3600)

    def test_3000_customers_read(self, servers: Servers, everyday: Thief) -> None:
        """What remains without approval: a login of low or moderate risk, which can't read them, for 8 h."""
        token = everyday.makes("daypass", "grant-warehouse-read")["client_token"]
        data = everyday.call("GET", "database/creds/warehouse-read", token=token)["data"]
        with servers.connect(data) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("SELECT * FROM pii.customers")

    def test_a_stranger_s_token_revoked(self, servers: Servers, everyday: Thief) -> None:
        root = servers.bao.at_root
        stranger = root.call("POST", "auth/token/create", policies=["default"], ttl="60s")["auth"]["accessor"]
        for path in ("auth/token/revoke-accessor", "auth/token/lookup-accessor"):
            assert everyday.refused("POST", path, accessor=stranger)
            assert everyday.refused("POST", path, accessor=stranger, namespace="")
        assert root.call("POST", "auth/token/lookup-accessor", accessor=stranger)

    def test_another_team_s_lease_revoked(self, servers: Servers, everyday: Thief, other_team: str) -> None:
        assert everyday.refused("PUT", "sys/leases/revoke", lease_id=other_team, sync=True)
        assert everyday.refused("PUT", f"sys/leases/revoke/{other_team}")
        assert servers.bao.call("PUT", "sys/leases/lookup", lease_id=other_team)

    def test_the_root_token_revoked(self, servers: Servers, everyday: Thief) -> None:
        root = servers.bao.at_root
        accessor = root.call("GET", "auth/token/lookup-self")["data"]["accessor"]
        for namespace in ("", "daypass"):
            assert everyday.refused(
                "POST", "auth/token/revoke-accessor", accessor=accessor, namespace=namespace
            )
        assert everyday.refused("POST", "daypass/auth/token/revoke-accessor", accessor=accessor, namespace="")
        assert root.call("GET", "auth/token/lookup-self")

    def test_a_checkpoint_signed_is_what_remains(self, everyday: Thief) -> None:
        """Signing is the everyday login's work. Vault's own audit log shows every signature."""
        signed = everyday.call("POST", "transit/sign/daypass-log", input="Zm9yZ2Vk")
        assert signed["data"]["signature"].startswith("vault:v1:")

    def test_an_attestation_signed_remains_too(self, everyday: Thief, second: Thief) -> None:
        path, body = "transit/sign/daypass-releases/sha2-256", {"input": "Zm9yZ2Vk"}
        assert everyday.refused("POST", path, **body)
        assert everyday.call("POST", "transit/sign/daypass-releases", **body)["data"]["signature"]
        assert second.refused("POST", "transit/sign/daypass-releases", **body)


class TestWhatNobodyListed:
    def test_a_lease_of_others_by_its_own_path_and_their_id(
        self, servers: Servers, everyday: Thief, other_team: str
    ) -> None:
        """Vault takes the id from the body; a policy that confines the address alone is no bound."""
        address = "sys/leases/revoke/database/creds/warehouse-read/x"
        assert everyday.refused("PUT", address, lease_id=other_team, sync=True)
        assert servers.bao.call("PUT", "sys/leases/lookup", lease_id=other_team)

    @pytest.mark.parametrize("path", ["sys/revoke", "sys/renew", "sys/leases/renew", "sys/leases/lookup"])
    def test_a_lease_of_others_by_another_way(self, everyday: Thief, other_team: str, path: str) -> None:
        assert everyday.refused("PUT", path, lease_id=other_team)

    @pytest.mark.parametrize("path", ["sys/leases/revoke-prefix", "sys/leases/revoke-force"])
    def test_every_lease_of_a_path_at_once(self, everyday: Thief, other_team: str, path: str) -> None:
        assert everyday.refused("PUT", f"{path}/database/creds/other-team")
        assert everyday.refused("PUT", f"{path}/database/creds/warehouse-read")

    def test_a_lease_of_others_renewed_by_a_grant_s_token(self, everyday: Thief, other_team: str) -> None:
        token = everyday.makes("daypass", "grant-warehouse-read")["client_token"]
        assert everyday.refused("PUT", "sys/leases/renew", token=token, lease_id=other_team, increment=60)
        assert everyday.refused("PUT", f"sys/leases/renew/{other_team}", token=token, increment=60)

    def test_others_leases_listed(self, everyday: Thief, other_team: str) -> None:
        for path in ("database/creds/other-team", "database/creds", "auth/token/create/daypass", ""):
            assert everyday.refused("LIST", f"sys/leases/lookup/{path}")

    def test_all_tokens_listed(self, servers: Servers, everyday: Thief) -> None:
        """Its own namespace's it may, for it looks for what was lost; nobody else's."""
        assert everyday.refused("LIST", "auth/token/accessors", namespace="")
        root = set(servers.bao.at_root.call("LIST", "auth/token/accessors")["data"]["keys"])
        own = set(everyday.call("LIST", "auth/token/accessors")["data"]["keys"])
        assert own
        assert not own & root

    @pytest.mark.parametrize("role", ["daypass", "daypass-high"])
    @pytest.mark.parametrize(
        "wanted",
        [
            {"policies": ["daypass"]},
            {"policies": ["root"]},
            {"policies": ["default"]},
            {"policies": ["grant-warehouse-read"], "period": "768h"},
            {"policies": ["grant-warehouse-read"], "id": "s.of-my-own"},
        ],
    )
    def test_a_token_of_more(self, everyday: Thief, second: Thief, role: str, wanted: dict[str, Any]) -> None:
        for thief in (everyday, second):
            with pytest.raises(Refused):
                thief.call("POST", f"auth/token/create/{role}", **wanted)

    @pytest.mark.parametrize("path", ["auth/token/create", "auth/token/create-orphan"])
    def test_a_child_or_an_orphan_of_its_own(self, everyday: Thief, second: Thief, path: str) -> None:
        for thief in (everyday, second):
            assert thief.refused("POST", path, **FOREVER)

    def test_a_child_of_a_grant_s_token_that_outlives_it(self, everyday: Thief) -> None:
        token = everyday.makes("daypass", "grant-warehouse-read")["client_token"]
        for path in ("auth/token/create", "auth/token/create-orphan", "auth/token/create/daypass"):
            assert everyday.refused("POST", path, token=token, **FOREVER)
        assert everyday.refused("POST", "auth/token/renew-self", token=token, increment="768h")

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "sys/raw/core/mounts", {}),
            ("PUT", "sys/policies/acl/daypass", {"policy": 'path "*" { capabilities = ["sudo"] }'}),
            ("PUT", "sys/policies/acl/grant-mine", {"policy": 'path "*" { capabilities = ["read"] }'}),
            ("POST", "auth/approle/role/daypass", {"token_policies": ["root"]}),
            ("POST", "auth/approle/role/daypass/secret-id", {}),
            ("LIST", "auth/approle/role/daypass/secret-id", {}),
            ("POST", "auth/approle/role/daypass-high/secret-id", {}),
            ("GET", "auth/approle/role/daypass-high/role-id", {}),
            ("POST", "auth/token/roles/daypass", {"token_explicit_max_ttl": 0}),
            ("POST", "database/roles/warehouse-read", {"db_name": "warehouse"}),
            ("GET", "database/config/warehouse", {}),
            ("POST", "database/rotate-root/warehouse", {}),
            ("POST", "sys/mounts/mine", {"type": "kv"}),
            ("GET", "transit/export/signing-key/daypass-log", {}),
            ("POST", "transit/keys/daypass-log/rotate", {}),
            ("POST", "sys/namespaces/mine", {}),
            ("PUT", "sys/seal", {}),
            ("PUT", "sys/audit/mine", {"type": "file"}),
        ],
    )  # fmt: skip
    def test_more_rights(
        self, everyday: Thief, second: Thief, method: str, path: str, body: dict[str, Any]
    ) -> None:
        for thief in (everyday, second):
            assert thief.refused(method, path, **body)

    def test_others_wrapping_tokens(self, servers: Servers, everyday: Thief) -> None:
        """What somebody wrapped outside is out of reach, even for whoever knows the accessor."""
        answer = requests.post(
            f"{servers.bao.addr}/v1/sys/wrapping/wrap",
            json={"a": "secret"},
            headers={"X-Vault-Token": servers.bao.root_token, "X-Vault-Wrap-TTL": "60"},
            timeout=20,
        ).json()["wrap_info"]
        assert everyday.refused("POST", "auth/token/revoke-accessor", accessor=answer["accessor"])
        assert everyday.refused("POST", "sys/wrapping/unwrap", namespace="")
        assert everyday.refused("POST", "sys/wrapping/unwrap")

    def test_from_another_address(self, servers: Servers, everyday: Thief) -> None:
        """Tried the other way round: from here, with logins and tokens that belong elsewhere."""
        for name in ("daypass", "daypass-high"):
            role = servers.bao.call("GET", f"auth/approle/role/{name}")["data"]
            assert role["secret_id_bound_cidrs"] == ["127.0.0.1/32"]
            assert role["token_bound_cidrs"] == ["127.0.0.1"]
        bao, role = servers.bao, "auth/approle/role/elsewhere"
        bao.call("POST", role, token_policies=["daypass"], secret_id_bound_cidrs=["10.9.8.7/32"])
        role_id = bao.call("GET", f"{role}/role-id")["data"]["role_id"]
        proof = {"role_id": role_id, "secret_id": bao.call("POST", f"{role}/secret-id")["data"]["secret_id"]}
        with pytest.raises(Refused, match="unauthorized"):
            everyday.call("POST", "auth/approle/login", **proof)
        bao.call("POST", role, secret_id_bound_cidrs=[], token_bound_cidrs=["10.9.8.7/32"])
        token = everyday.call("POST", "auth/approle/login", **proof)["auth"]["client_token"]
        assert everyday.refused("GET", "auth/token/lookup-self", token=token)

    def test_the_second_login_ends_nothing_and_signs_nothing(self, second: Thief) -> None:
        for path in ("auth/token/revoke-accessor", "sys/leases/revoke", "transit/sign/daypass-log"):
            assert second.refused("POST", path, lease_id="database/creds/warehouse-read/x")
        assert second.refused("LIST", "auth/token/accessors")
        with pytest.raises(Refused, match="subset of the role's allowed policies"):
            second.makes("daypass-high", "grant-warehouse-read")
