"""Where each engine's credentials are used: set up in OpenBao as an operator would, and really tried."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.vault.conftest import Servers
from tests.vault.engines.kubernetes_api import KubernetesApi
from tests.vault.engines.sshd import make_key, start_sshd
from tests.vault.engines.tls import TlsServer


@dataclass(frozen=True)
class Target:
    """`lets_in` tries the unwrapped credential; `put_forward` moves the target's clock, if it has its own."""

    engine: str
    path: str
    lets_in: Callable[[dict[str, Any]], bool]
    stop: Callable[[], None] = lambda: None
    parameters: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 12
    """How long a grant is tried."""
    put_forward: Callable[[datetime], None] | None = None
    reads_revocations: bool = False
    """Whether it reads what was revoked, though the engine can't count on that."""

    def allow(self, servers: Servers) -> str:
        """The Vault policy under which it is given."""
        policy = f"grant-{self.path.replace('/', '-')}"
        paths = (self.path, "sys/leases/renew", "sys/wrapping/wrap")
        rules = [f'path "{path}" {{ capabilities = ["read", "update"] }}' for path in paths]
        servers.bao.call("PUT", f"sys/policies/acl/{policy}", policy="\n".join(rules))
        return policy


def database(servers: Servers, directory: Path) -> Target:
    def lets_in(data: dict[str, Any]) -> bool:
        try:
            with servers.connect(data) as session:
                return session.execute("SELECT count(*) FROM features.users").fetchone() == (3000,)
        except psycopg.OperationalError:
            return False

    return Target("database", "database/creds/warehouse-read", lets_in, seconds=60)


def ssh(servers: Servers, directory: Path) -> Target:
    servers.bao.call("POST", "sys/mounts/ssh", type="ssh")
    authority = servers.bao.call(
        "POST", "ssh/config/ca", generate_signing_key=True, key_type="ed25519", key_bits=0
    )
    sshd = start_sshd(directory / "sshd", authority["data"]["public_key"])
    role = {"key_type": "ca", "allow_user_certificates": True, "allowed_users": sshd.user}
    more = {"default_user": sshd.user, "ttl": "30m", "max_ttl": "24h", "allow_user_key_ids": True}
    servers.bao.call("POST", "ssh/roles/ops", **role, **more)
    public = make_key(directory / "key")
    return Target(
        "ssh",
        "ssh/sign/ops",
        lambda data: sshd.lets_in(directory / "key", data["signed_key"]),
        sshd.stop,
        {"public_key": public, "key_id": "somebody else"},
    )


def _pki(servers: Servers, directory: Path, name: str, **role: Any) -> Callable[..., TlsServer]:
    mount = f"sys/mounts/{name}"
    servers.bao.call("POST", mount, type="pki")
    root = {"common_name": "a root", "ttl": "87600h", "key_type": "ec", "key_bits": 256}
    authority = servers.bao.call("POST", f"{name}/root/generate/internal", **root)["data"]["certificate"]
    either = {"allow_any_name": True, "key_type": "ec", "key_bits": 256, "max_ttl": "72h"}
    servers.bao.call("POST", f"{name}/roles/job", **either, **role)
    own = servers.bao.call("POST", f"{name}/issue/job", common_name="localhost", ttl="1h")["data"]

    def revoked() -> str:
        return str(servers.bao.call("GET", f"{name}/cert/crl")["data"]["certificate"])

    return lambda check: TlsServer(directory / name, own, authority, revoked if check else None)


def pki(servers: Servers, directory: Path) -> Target:
    server = _pki(servers, directory, "pki")(False)
    return Target("pki", "pki/issue/job", server.lets_in, server.stop, {"common_name": "job.example.com"})


def pki_with_lease(servers: Servers, directory: Path) -> Target:
    """Revoking its lease puts the certificate on a list that this server never reads."""
    server = _pki(servers, directory, "pki_int", generate_lease=True)(False)
    return Target("pki", "pki_int/issue/job", server.lets_in, server.stop, {"common_name": "job.example.com"})


def pki_with_list(servers: Servers, directory: Path) -> Target:
    server = _pki(servers, directory, "pki-listed", generate_lease=True)(True)
    return Target(
        "pki",
        "pki-listed/issue/job",
        server.lets_in,
        server.stop,
        {"common_name": "job.example.com"},
        reads_revocations=True,
    )


def _kubernetes(servers: Servers, mount: str, **role: Any) -> KubernetesApi:
    api = KubernetesApi(("jobs", "trainer"))
    servers.bao.call("POST", f"sys/mounts/{mount}", type="kubernetes")
    config = {"kubernetes_host": api.url, "service_account_jwt": "any", "disable_local_ca_jwt": True}
    servers.bao.call("POST", f"{mount}/config", **config)
    servers.bao.call("POST", f"{mount}/roles/job", allowed_kubernetes_namespaces=["jobs"], **role)
    return api


def kubernetes(servers: Servers, directory: Path) -> Target:
    api = _kubernetes(servers, "kubernetes", service_account_name="trainer")
    return _cluster(api, "kubernetes", "kubernetes/creds/job")


def kubernetes_account(servers: Servers, directory: Path) -> Target:
    """The engine makes an account for each credential, and deletes it with the lease."""
    api = _kubernetes(servers, "clusters", kubernetes_role_name="reader")
    return _cluster(api, "kubernetes-account", "clusters/creds/job")


def _cluster(api: KubernetesApi, engine: str, path: str) -> Target:
    def lets_in(data: dict[str, Any]) -> bool:
        return api.accepts(data["service_account_token"])

    namespace = {"kubernetes_namespace": "jobs"}
    return Target(engine, path, lets_in, api.stop, namespace, seconds=900, put_forward=api.put_forward)


TARGETS = (database, ssh, pki, pki_with_lease, pki_with_list, kubernetes, kubernetes_account)
