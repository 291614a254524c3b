"""A real RabbitMQ of this machine's with its management plugin, set up by examples/vault/rabbitmq."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pika
import pika.exceptions
import requests

from bot.demo.servers import Server, answering, free_port, new_password, spawn
from bot.demo.warehouse import EXAMPLES
from tests.builders import leave_out

REQUIRED = "RABBITMQ_TESTS"
FILES = EXAMPLES / "rabbitmq"
QUEUE = "events.orders"
_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
_PATIENCE = 60.0


@dataclass(frozen=True)
class RabbitMQ:
    """A running broker, and the passwords of three logins: an administrator's, Vault's and Daypass's."""

    port: int
    management: int
    administrator: str = field(repr=False)
    manager: str = field(repr=False)
    confirmer: str = field(repr=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.management}"

    @property
    def confirmer_url(self) -> str:
        """The URL with which Daypass confirms here."""
        return f"rabbitmq+http://daypass_confirm:{self.confirmer}@127.0.0.1:{self.management}"

    def connect(self, login: Mapping[str, str]) -> pika.BlockingConnection:
        """Raises pika.exceptions.AMQPConnectionError."""
        credentials = pika.PlainCredentials(login["username"], login["password"])
        return pika.BlockingConnection(
            pika.ConnectionParameters(
                "127.0.0.1",
                self.port,
                credentials=credentials,
                socket_timeout=5,
                blocked_connection_timeout=5,
            )
        )

    def lets_in(self, login: Mapping[str, str]) -> bool:
        """Whether the queue can be read."""
        with suppress(pika.exceptions.AMQPError), self.connect(login) as connection:
            connection.channel().basic_get(QUEUE)
            return True
        return False

    def call(self, method: str, path: str, **body: Any) -> Any:
        """One request to the management plugin as its administrator. Raises requests.HTTPError."""
        login = ("administrator", self.administrator)
        answer = requests.request(
            method, f"{self.address}/api/{path}", json=body or None, auth=login, timeout=30
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def users(self, tag: str) -> set[str]:
        """Those that a Vault has made for a role with this tag and not deleted yet."""
        return {one["name"] for one in self.call("GET", "users") if tag in one["tags"]}


@contextmanager
def running_rabbitmq(directory: Path) -> Iterator[str]:
    """What `found_rabbitmq` reads, while it runs. Skips where there is no RabbitMQ."""
    epmd = shutil.which("epmd")
    if epmd is None or not Path(_SERVER).exists():
        leave_out("there is no RabbitMQ (Debian: rabbitmq-server), so its users aren't tried", REQUIRED)
    directory.mkdir(parents=True)
    names = free_port()
    # Erlang's own name server; RabbitMQ would start one that outlives it.
    mapper = spawn("epmd", [epmd, "-port", str(names)], log=directory / "epmd.log", directory=directory)
    server, rabbitmq = asyncio.run(_started(directory, names))
    try:
        yield json.dumps(asdict(rabbitmq))
    finally:
        server.kill()
        mapper.kill()


def found_rabbitmq(address: str) -> RabbitMQ:
    return RabbitMQ(**json.loads(address))


async def _started(directory: Path, names: int) -> tuple[Server, RabbitMQ]:
    rabbitmq = RabbitMQ(free_port(), free_port(), new_password(), new_password(), new_password())
    (directory / "plugins").write_text("[rabbitmq_management].\n")
    (directory / "rabbitmq.conf").write_text(
        f"""listeners.tcp.1 = 127.0.0.1:{rabbitmq.port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {rabbitmq.management}
default_user = administrator
default_pass = {rabbitmq.administrator}
"""
    )
    server = spawn(
        "RabbitMQ",
        [_SERVER],
        log=directory / "rabbitmq.log",
        directory=directory,
        environment=_environment(directory, names),
    )
    await answering(server, lambda: _answers(rabbitmq), _PATIENCE)
    rabbitmq.call("PUT", "users/openbao", password=rabbitmq.manager, tags="administrator")
    rabbitmq.call("PUT", "users/daypass_confirm", password=rabbitmq.confirmer, tags="monitoring")
    rabbitmq.call("PUT", f"queues/%2F/{QUEUE}", durable=False)
    return server, rabbitmq


def _environment(directory: Path, names: int) -> dict[str, str]:
    return {
        "HOME": str(directory),
        "RABBITMQ_HOME_DIR": str(directory),
        "RABBITMQ_CONF_ENV_FILE": str(directory / "none"),
        "RABBITMQ_NODENAME": f"daypass-{os.getpid()}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(directory / "data"),
        "RABBITMQ_LOG_BASE": str(directory),
        "RABBITMQ_LOGS": "-",
        "RUNNING_UNDER_SYSTEMD": "true",  # so that the server is the very process that was started
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        "ERL_EPMD_PORT": str(names),
    }


def _answers(rabbitmq: RabbitMQ) -> bool:
    try:
        rabbitmq.call("GET", "aliveness-test/%2F")
    except requests.RequestException:
        return False
    return True
