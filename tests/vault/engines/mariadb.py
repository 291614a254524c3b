"""A real MariaDB of this machine's, set up by examples/vault/mariadb, in which Vault makes logins."""

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pymysql

from bot.demo.servers import Server, answering, free_port, new_password, spawn
from bot.demo.warehouse import EXAMPLES
from tests.builders import leave_out

REQUIRED = "MARIADB_TESTS"
FILES = EXAMPLES / "mariadb"
ROW = "SELECT id FROM orders.orders LIMIT 1"
_ORDERS = """
CREATE DATABASE orders;
USE orders;
CREATE TABLE orders AS SELECT seq AS id FROM seq_1_to_1000;
"""
_MANAGER = """CREATE OR REPLACE USER {name} IDENTIFIED BY '{password}';
GRANT CREATE USER ON *.* TO {name};
GRANT SELECT ON orders.* TO {name} WITH GRANT OPTION;"""


@dataclass(frozen=True)
class MariaDB:
    """A running server; `socket` lets its administrator in without a password."""

    port: int
    socket: str
    manager: str = field(repr=False)
    confirmer: str = field(repr=False)

    @property
    def confirmer_url(self) -> str:
        """The URL with which Daypass confirms here."""
        return f"mariadb://daypass_confirm:{self.confirmer}@127.0.0.1:{self.port}"

    def connect(self, login: Mapping[str, str]) -> pymysql.Connection:
        """Raises pymysql.OperationalError."""
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user=login["username"],
            password=login["password"],
            autocommit=True,
            connect_timeout=5,
            read_timeout=10,
        )

    def as_administrator(self, statement: str) -> tuple[tuple[Any, ...], ...]:
        with (
            pymysql.connect(unix_socket=self.socket, user="root", autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
            return tuple(cursor.fetchall())

    def wait_until_closed(self, login: Mapping[str, str]) -> None:
        """The server notices a little after the client that a session is over."""
        query = f"SELECT id FROM information_schema.processlist WHERE user = '{login['username']}'"
        while self.as_administrator(query):
            time.sleep(0.01)

    def add_manager(self, name: str) -> None:
        """Another login for a Vault, with the password of the first."""
        for statement in _MANAGER.split(";")[:-1]:
            self.as_administrator(statement.format(name=name, password=self.manager))
        self.as_administrator(f"GRANT EXECUTE ON PROCEDURE daypass.end_login TO {name}")

    def logins(self, role: str) -> set[str]:
        """The logins that a Vault has made here for a role and not dropped yet."""
        rows = self.as_administrator(f"SELECT user FROM mysql.user WHERE user LIKE 'v-%-{role[:10]}-%'")
        return {str(name) for (name,) in rows}


@contextmanager
def running_mariadb(directory: Path) -> Iterator[str]:
    """What `found_mariadb` reads, while it runs. Skips where there is no MariaDB."""
    binaries = [shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin") for name in _BINARIES]
    if None in binaries:
        leave_out("there is no MariaDB (Debian: mariadb-server), so its logins aren't tried", REQUIRED)
    directory.mkdir(parents=True)
    server, mariadb = asyncio.run(_started(directory, *map(str, binaries)))
    try:
        yield json.dumps(asdict(mariadb))
    finally:
        server.kill()


def found_mariadb(address: str) -> MariaDB:
    return MariaDB(**json.loads(address))


_BINARIES = ("mariadb-install-db", "mariadbd", "mariadb")


async def _started(directory: Path, install: str, daemon: str, client: str) -> tuple[Server, MariaDB]:
    mariadb = MariaDB(free_port(), str(directory / "socket"), new_password(), new_password())
    common = ["--no-defaults", f"--datadir={directory / 'data'}", *_as_whoever_runs_the_tests()]
    options = ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run([install, *common, *options], check=True, capture_output=True)
    own = [f"--socket={mariadb.socket}", f"--port={mariadb.port}", f"--pid-file={directory / 'pid'}"]
    server = spawn(
        "MariaDB", [daemon, *common, *own, *_SMALL], log=directory / "mariadb.log", directory=directory
    )
    await answering(server, lambda: _answers(mariadb))
    administrator = [client, "--no-defaults", f"--socket={mariadb.socket}", "--user=root"]
    for script in (
        _ORDERS,
        _MANAGER.format(name="openbao", password=mariadb.manager),
        (FILES / "target.sql").read_text(),
        f"ALTER USER daypass_confirm IDENTIFIED BY '{mariadb.confirmer}'",
    ):
        done = subprocess.run(administrator, input=script, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    return server, mariadb


_SMALL = (
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=0",
    "--performance-schema=OFF",
)


def _as_whoever_runs_the_tests() -> list[str]:
    return ["--user=root"] if Path("/root").stat().st_uid == Path("/proc/self").stat().st_uid else []


def _answers(mariadb: MariaDB) -> bool:
    try:
        mariadb.as_administrator("SELECT 1")
    except pymysql.Error:
        return False
    return True
