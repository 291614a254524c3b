"""Where each engine's credentials are used: set up in OpenBao by the files of examples/vault, and really tried."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pika.exceptions
import psycopg
import pymysql

from bot.demo.servers import write_private
from tests.vault.conftest import Servers
from tests.vault.engines.kubernetes_api import VAULT_TOKEN, KubernetesApi
from tests.vault.engines.mariadb import ROW, MariaDB
from tests.vault.engines.rabbitmq import QUEUE, RabbitMQ
from tests.vault.engines.sshd import start_sshd
from tests.vault.engines.tls import TlsServer
from tests.vault.setting_up import example, mariadb_connection, rabbitmq_connection, write_grant

Session = Callable[[], bool]
"""Whether a session that was opened before works still."""


@dataclass(frozen=True)
class Ground:
    """What a target is set up on: `running` gives a server that all workers share, by its fixture's name."""

    servers: Servers
    directory: Path
    running: Callable[[str], Any]


@dataclass(frozen=True)
class Target:
    """`lets_in` tries the unwrapped credential; `put_forward` moves the target's clock, if it has its own."""

    engine: str
    path: str
    policy: str
    """A file of examples/vault, without its ending."""
    lets_in: Callable[[dict[str, Any]], bool]
    stop: Callable[[], None] = lambda: None
    parameters: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 12
    """How long a grant is tried."""
    put_forward: Callable[[datetime], None] | None = None
    reads_revocations: bool = False
    """Whether it reads what was revoked, though the engine can't count on that."""
    open_session: Callable[[dict[str, Any]], Session] | None = None

    def allow(self, servers: Servers) -> str:
        """The Vault policy under which it is given: the example's, for this path."""
        return write_grant(servers.bao, self.policy, self.path)


def database(ground: Ground) -> Target:
    servers = ground.servers

    def lets_in(data: dict[str, Any]) -> bool:
        try:
            with servers.connect(data) as session:
                return session.execute("SELECT count(*) FROM features.users").fetchone() == (3000,)
        except psycopg.OperationalError:
            return False

    def open_session(data: dict[str, Any]) -> Session:
        session = servers.connect(data)
        return lambda: works(lambda: session.execute("SELECT user_id FROM features.users LIMIT 1"))

    path = "database/creds/warehouse-read"
    return Target("database", path, "grant-warehouse-read", lets_in, seconds=60, open_session=open_session)


def mariadb(ground: Ground) -> Target:
    running: MariaDB = ground.running("mariadb")
    bao = ground.servers.bao
    connection = mariadb_connection(running.port, running.manager)
    bao.call("POST", "database/config/orders", **connection, allowed_roles=["orders-read"])
    bao.call("POST", "database/roles/orders-read", **example("mariadb/orders-read"))

    def lets_in(data: dict[str, Any]) -> bool:
        return works(lambda: read_once(running.connect(data)))

    def open_session(data: dict[str, Any]) -> Session:
        session = running.connect(data)
        return lambda: works(lambda: read(session))

    def read_once(session: pymysql.Connection) -> None:
        with session:
            read(session)

    def read(session: pymysql.Connection) -> None:
        with session.cursor() as cursor:
            cursor.execute(ROW)
            assert cursor.fetchone()

    return Target(
        "database",
        "database/creds/orders-read",
        "mariadb/grant-orders-read",
        lets_in,
        seconds=60,
        open_session=open_session,
    )


def rabbitmq(ground: Ground) -> Target:
    running: RabbitMQ = ground.running("rabbitmq")
    bao = ground.servers.bao
    bao.call("POST", "sys/mounts/rabbitmq", type="rabbitmq")
    connection = rabbitmq_connection(running.management, running.manager)
    bao.call("POST", "rabbitmq/config/connection", **connection)
    bao.call("POST", "rabbitmq/roles/events-read", **example("rabbitmq/events-read"))

    def open_session(data: dict[str, Any]) -> Session:
        connection = running.connect(data)
        channel = connection.channel()
        return lambda: works(lambda: channel.basic_get(QUEUE))

    return Target(
        "rabbitmq",
        "rabbitmq/creds/events-read",
        "rabbitmq/grant-events-read",
        running.lets_in,
        seconds=60,
        open_session=open_session,
    )


def works(attempt: Callable[[], Any]) -> bool:
    """Whether it is let in; only a server's own refusal or a closed connection counts as a no."""
    with suppress(psycopg.Error, pymysql.MySQLError, pika.exceptions.AMQPError):
        attempt()
        return True
    return False


def ssh(ground: Ground) -> Target:
    bao, directory = ground.servers.bao, ground.directory
    bao.call("POST", "sys/mounts/ssh", type="ssh")
    authority = bao.call("POST", "ssh/config/ca", generate_signing_key=True, key_type="ed25519", key_bits=0)
    sshd = start_sshd(directory / "sshd", authority["data"]["public_key"])
    user = {"allowed_users": sshd.user, "default_user": sshd.user, "allow_user_key_ids": True}
    bao.call("POST", "ssh/roles/ops", **example("ssh/ops") | user)

    def key(data: dict[str, Any]) -> Path:
        write_private(directory / "key", data["private_key"])
        return directory / "key"

    return Target(
        "ssh",
        "ssh/issue/ops",
        "ssh/grant-ops",
        lambda data: sshd.lets_in(key(data), data["signed_key"]),
        sshd.stop,
        {"key_type": "ed25519", "key_id": "somebody else"},
        open_session=lambda data: sshd.open_session(key(data), data["signed_key"]),
    )


def _pki(ground: Ground, name: str, *, lease: bool, reads_revocations: bool = False) -> Target:
    bao = ground.servers.bao
    bao.call("POST", f"sys/mounts/{name}", type="pki")
    root = {"common_name": "a root", "ttl": "87600h", "key_type": "ec", "key_bits": 256}
    authority = bao.call("POST", f"{name}/root/generate/internal", **root)["data"]["certificate"]
    bao.call("POST", f"{name}/roles/job", **example("pki/job") | {"generate_lease": lease})
    bao.call("POST", f"{name}/roles/server", allow_any_name=True, key_type="ec", key_bits=256)
    own = bao.call("POST", f"{name}/issue/server", common_name="localhost", ttl="1h")["data"]

    def revoked() -> str:
        return str(bao.call("GET", f"{name}/cert/crl")["data"]["certificate"])

    server = TlsServer(ground.directory / name, own, authority, revoked if reads_revocations else None)
    return Target(
        "pki",
        f"{name}/issue/job",
        "pki/grant-job",
        server.lets_in,
        server.stop,
        {"common_name": "nightly.jobs.example.com"},
        reads_revocations=reads_revocations,
        open_session=server.open_session,
    )


def pki(ground: Ground) -> Target:
    return _pki(ground, "pki", lease=False)


def pki_with_lease(ground: Ground) -> Target:
    """Revoking its lease puts the certificate on a list that this server never reads."""
    return _pki(ground, "pki_int", lease=True)


def pki_with_list(ground: Ground) -> Target:
    return _pki(ground, "pki-listed", lease=True, reads_revocations=True)


def _kubernetes(ground: Ground, engine: str, mount: str, **role: Any) -> Target:
    bao, api = ground.servers.bao, KubernetesApi(("jobs", "trainer"))
    bao.call("POST", f"sys/mounts/{mount}", type="kubernetes")
    config = {"kubernetes_host": api.url, "service_account_jwt": VAULT_TOKEN, "disable_local_ca_jwt": True}
    bao.call("POST", f"{mount}/config", **config)
    bao.call("POST", f"{mount}/roles/trainer", **role)
    return Target(
        engine,
        f"{mount}/creds/trainer",
        "kubernetes/grant-trainer",
        lambda data: api.accepts(data["service_account_token"]),
        api.stop,
        {"kubernetes_namespace": "jobs"},
        seconds=900,
        put_forward=api.put_forward,
    )


def kubernetes(ground: Ground) -> Target:
    return _kubernetes(ground, "kubernetes", "kubernetes", **example("kubernetes/trainer"))


def kubernetes_account(ground: Ground) -> Target:
    """The engine makes an account for each credential, and deletes it with the lease."""
    role = {"allowed_kubernetes_namespaces": ["jobs"], "kubernetes_role_name": "reader"}
    return _kubernetes(ground, "kubernetes-account", "clusters", **role)


TARGETS = (
    database,
    mariadb,
    rabbitmq,
    ssh,
    pki,
    pki_with_lease,
    pki_with_list,
    kubernetes,
    kubernetes_account,
)
