"""What would outlive its grant, or can't be ended at all, is never handed out; what was made of it is said (P1, P7)."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from integrations.vault import Connection, FixedToken, Logins, VaultCredentials
from tests.vault.conftest import Servers
from tests.vault.engines.kubernetes_api import VAULT_TOKEN, KubernetesApi
from tests.vault.engines.sshd import make_key
from workflows.ports import LeftBehind, MintOrder, Permanent, Retryable

Mount = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def mount(servers: Servers) -> Mount:
    """Enables an engine for as long as it is needed."""

    @contextmanager
    def enabled(name: str, kind: str, **options: object) -> Iterator[None]:
        servers.bao.call("POST", f"sys/mounts/{name}", type=kind, **options)
        yield
        servers.bao.call("DELETE", f"sys/mounts/{name}")

    return enabled


def order_of(servers: Servers, path: str, engine: str, seconds: float = 60, **parameters: str) -> MintOrder:
    policy = f"grant-{path.replace('/', '-')}"
    rules = [
        f'path "{one}" {{ capabilities = ["create", "read", "update"] }}'
        for one in (path, "sys/leases/renew", "sys/wrapping/wrap")
    ]
    servers.bao.call("PUT", f"sys/policies/acl/{policy}", policy="\n".join(rules))
    return servers.order(policy=policy, path=path, engine=engine, seconds=seconds, parameters=parameters)


class TestCertificates:
    @pytest.fixture
    def authority(self, servers: Servers, mount: Mount) -> Iterator[None]:
        with mount("pki-strict", "pki"):
            root = {"common_name": "a root", "ttl": "87600h", "key_type": "ec", "key_bits": 256}
            servers.bao.call("POST", "pki-strict/root/generate/internal", **root)
            yield

    def role(self, servers: Servers, **role: object) -> None:
        either = {"allow_any_name": True, "key_type": "ec", "key_bits": 256}
        servers.bao.call("POST", "pki-strict/roles/job", **either, **role)

    def order(self, servers: Servers, seconds: float = 60) -> MintOrder:
        return order_of(servers, "pki-strict/issue/job", "pki", seconds, common_name="a.example.com")

    async def test_whose_role_fixes_their_end_are_not_made(
        self, servers: Servers, vault: VaultCredentials, authority: None
    ) -> None:
        end = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=72)
        self.role(servers, not_after=f"{end:%Y-%m-%dT%H:%M:%SZ}")
        order = self.order(servers)
        with pytest.raises(Permanent, match="Either ttl or not_after"):
            await vault.mint(order)
        assert servers.tokens_of(order.credential) == []

    async def test_that_a_role_cuts_shorter_say_when_they_really_end(
        self, servers: Servers, vault: VaultCredentials, authority: None
    ) -> None:
        self.role(servers, max_ttl="30s")
        order = self.order(servers, seconds=3_600)
        minted = await vault.mint(order)
        assert minted.expires_at == minted.valid_until
        assert datetime.now(UTC) < minted.expires_at < datetime.now(UTC) + timedelta(seconds=40)

    async def test_that_could_not_be_handed_over_are_said_to_be_left(
        self, servers: Servers, vault: VaultCredentials, authority: None
    ) -> None:
        self.role(servers, max_ttl="72h")
        order = self.order(servers)
        rules = f'path "{order.path}" {{ capabilities = ["update"] }}'
        servers.bao.call("PUT", f"sys/policies/acl/{order.vault_policy}", policy=rules)
        with pytest.raises(LeftBehind, match=r"wrap.*TLS certificates can't be") as failed:
            await vault.mint(order)
        assert failed.value.valid_until <= order.ends_at + timedelta(seconds=1)


class TestSsh:
    @pytest.fixture
    def public(self, servers: Servers, mount: Mount, tmp_path: Path) -> Iterator[str]:
        with mount("ssh-strict", "ssh"):
            ca = {"generate_signing_key": True, "key_type": "ed25519", "key_bits": 0}
            servers.bao.call("POST", "ssh-strict/config/ca", **ca)
            yield make_key(tmp_path / "key")

    async def test_a_role_that_allows_less_than_is_left_is_named(
        self, servers: Servers, vault: VaultCredentials, public: str
    ) -> None:
        role = {"key_type": "ca", "allow_user_certificates": True, "allowed_users": "*", "max_ttl": "30s"}
        servers.bao.call("POST", "ssh-strict/roles/ops", **role, default_user="ops", ttl="20s")
        order = order_of(servers, "ssh-strict/sign/ops", "ssh", 3_600, public_key=public)
        with pytest.raises(Permanent, match=r"larger than maximum allowed.*its role allows a ttl of 359\ds"):
            await vault.mint(order)
        assert servers.tokens_of(order.credential) == []

    async def test_whatever_ttl_the_bundle_names_it_ends_with_the_grant(
        self, servers: Servers, vault: VaultCredentials, public: str
    ) -> None:
        role = {"key_type": "ca", "allow_user_certificates": True, "allowed_users": "*", "max_ttl": "24h"}
        servers.bao.call("POST", "ssh-strict/roles/ops", **role, default_user="ops", not_before_duration="5m")
        order = order_of(servers, "ssh-strict/sign/ops", "ssh", public_key=public, ttl="20h")
        minted = await vault.mint(order)
        assert minted.valid_until
        assert minted.valid_until <= order.ends_at + timedelta(seconds=1)

    async def test_a_one_time_password_is_not_made(
        self, servers: Servers, vault: VaultCredentials, public: str
    ) -> None:
        role = {"key_type": "otp", "default_user": "ops", "cidr_list": "0.0.0.0/0"}
        servers.bao.call("POST", "ssh-strict/roles/once", **role)
        order = order_of(servers, "ssh-strict/creds/once", "ssh", ip="127.0.0.1")
        with pytest.raises(Permanent, match="SSH certificates aren't created there"):
            await vault.mint(order)
        assert servers.leases(order.path) == set()


class TestKubernetes:
    @pytest.fixture
    def api(self, servers: Servers, mount: Mount) -> Iterator[KubernetesApi]:
        api = KubernetesApi(("jobs", "trainer"))
        with mount("k8s", "kubernetes"):
            config = {
                "kubernetes_host": api.url,
                "service_account_jwt": VAULT_TOKEN,
                "disable_local_ca_jwt": True,
            }
            servers.bao.call("POST", "k8s/config", **config)
            role = {"allowed_kubernetes_namespaces": ["jobs"], "service_account_name": "trainer"}
            servers.bao.call("POST", "k8s/roles/job", **role)
            yield api
        api.stop()

    def order(self, servers: Servers, engine: str, seconds: float) -> MintOrder:
        return order_of(servers, "k8s/creds/job", engine, seconds, kubernetes_namespace="jobs")

    async def test_nothing_is_made_for_a_grant_shorter_than_its_tokens(
        self, servers: Servers, vault: VaultCredentials, api: KubernetesApi
    ) -> None:
        made = api.tokens_made
        with pytest.raises(Permanent, match=r"Kubernetes tokens can't be created for less than 11 minutes"):
            await vault.mint(self.order(servers, "kubernetes", 600))
        assert api.tokens_made == made

    async def test_a_server_that_gives_longer_than_asked_is_found_out(
        self, servers: Servers, vault: VaultCredentials, api: KubernetesApi
    ) -> None:
        api.at_least = 3_600
        order = self.order(servers, "kubernetes", 900)
        with pytest.raises(
            LeftBehind, match=r"would work for .* after the grant ends.*can't be revoked"
        ) as refused:
            await vault.mint(order)
        assert refused.value.valid_until > order.ends_at + timedelta(minutes=40)

    async def test_what_vault_may_not_do_there_is_told_in_the_server_s_words(
        self, servers: Servers, vault: VaultCredentials, api: KubernetesApi
    ) -> None:
        api.forbidden.add(("create", "serviceaccounts/token"))
        order = self.order(servers, "kubernetes", 900)
        with pytest.raises((Permanent, Retryable), match=r"cannot create resource .serviceaccounts/token"):
            await vault.mint(order)
        assert servers.tokens_of(order.credential) == []

    async def test_an_account_that_isn_t_the_credential_s_own_is_not_taken_for_one(
        self, servers: Servers, vault: VaultCredentials, api: KubernetesApi
    ) -> None:
        with pytest.raises(LeftBehind, match="Write “engine: kubernetes”"):
            await vault.mint(self.order(servers, "kubernetes-account", 900))


@asynccontextmanager
async def answering_otherwise(servers: Servers, path: str, **said: object) -> AsyncIterator[VaultCredentials]:
    """Daypass before the real OpenBao, some of whose answer at one path is replaced on the way."""

    async def passed_on(request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.startswith("X-Vault-")}
        url, body = servers.bao.addr + str(request.rel_url), await request.read()
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, url, data=body, headers=headers) as answer,
        ):
            told = await answer.read()
        if request.path == f"/v1/{path}":
            told = json.dumps(json.loads(told) | said).encode()
        return web.Response(status=answer.status, body=told, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", passed_on)
    async with TestServer(app) as server:
        connection = Connection(str(server.make_url("/")).rstrip("/"), servers.login)
        yield VaultCredentials(connection)
        await connection.close()


class TestALeaseThatIsNotCutToTheGrant:
    """An hour, in a grant of a minute. No engine tried here makes one, so OpenBao's own answer is changed."""

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("database/creds/warehouse-read", {"renewable": False}),
            ("sys/leases/renew", {"lease_duration": 3_600}),
        ],
    )
    async def test_is_not_handed_out_and_taken_back(
        self, servers: Servers, path: str, said: dict[str, object]
    ) -> None:
        order, before = servers.order(seconds=60), servers.leases()
        async with answering_otherwise(servers, path, **said) as vault:
            with pytest.raises(Permanent, match=r"would work for .* after the grant ends"):
                await vault.mint(order)
        assert servers.tokens_of(order.credential) == []
        assert servers.leases() == before


class TestWhatNobodySClockEnds:
    @pytest.mark.parametrize(
        ("engine", "path"),
        [
            ("totp", "totp/code/shared"),
            ("transit", "transit/encrypt/shared"),
            ("cubbyhole", "cubbyhole/shared"),
            ("", "unheard-of/creds/shared"),
        ],
    )
    async def test_is_never_given(
        self, servers: Servers, vault: VaultCredentials, engine: str, path: str
    ) -> None:
        order = servers.order(policy="grant-any", path=path, engine=engine)
        with pytest.raises(Permanent, match=f"Daypass can't give credentials of {path}"):
            await vault.mint(order)
        assert servers.tokens_of(order.credential) == []

    @pytest.mark.parametrize("engine", ["database", "ssh", "pki", "kubernetes", "aws-sts"])
    async def test_is_found_out_under_a_wrong_name_and_left_as_it_was(
        self, servers: Servers, vault: VaultCredentials, mount: Mount, engine: str
    ) -> None:
        """A key-value secret says for how long to cache it, which isn't an end."""
        with mount("notes", "kv", options={"version": "1"}):
            servers.bao.call("POST", "notes/shared", username="root", password="kept", ttl="30s")
            order = order_of(servers, "notes/shared", engine, 3_600, ttl="1h")
            with pytest.raises(Permanent):
                await vault.mint(order)
            kept = servers.bao.call("GET", "notes/shared")["data"]
        assert kept["password"] == "kept"


class TestWhatVaultCutsShorter:
    """The credential says when it really ends, however long the grant goes on."""

    async def test_a_role_s_max_ttl(self, servers: Servers, vault: VaultCredentials) -> None:
        role = servers.bao.call("GET", "database/roles/warehouse-sample")["data"]
        servers.bao.call(
            "POST", "database/roles/warehouse-sample", **role | {"max_ttl": 20, "default_ttl": 20}
        )
        try:
            minted = await vault.mint(servers.order("warehouse-sample", seconds=3_600))
        finally:
            servers.bao.call("POST", "database/roles/warehouse-sample", **role)
        assert minted.expires_at < datetime.now(UTC) + timedelta(seconds=25)
        assert minted.valid_until is None

    async def test_the_mount_s_max_lease_ttl(self, servers: Servers, vault: VaultCredentials) -> None:
        servers.bao.call("POST", "sys/mounts/database/tune", max_lease_ttl="20s", default_lease_ttl="10s")
        try:
            minted = await vault.mint(servers.order("warehouse-sample", seconds=3_600))
        finally:
            servers.bao.call("POST", "sys/mounts/database/tune", max_lease_ttl="0", default_lease_ttl="0")
        assert minted.expires_at < datetime.now(UTC) + timedelta(seconds=25)

    async def test_the_token_role_s_explicit_max_ttl(self, servers: Servers) -> None:
        role = {"allowed_policies_glob": ["grant-*"], "orphan": True, "token_no_default_policy": True}
        servers.bao.call("POST", "auth/token/roles/brief", **role, token_explicit_max_ttl="20s")
        operator = Logins(FixedToken(SecretStr(servers.bao.root_token)), namespace=servers.bao.namespace)
        root = Connection(servers.bao.addr, operator)
        minted = await VaultCredentials(root, token_role="brief").mint(servers.order(seconds=3_600))
        await root.close()
        assert minted.expires_at < datetime.now(UTC) + timedelta(seconds=25)
