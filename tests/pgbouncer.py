"""A real PgBouncer in transaction mode in front of the tests' PostgreSQL: each transaction may get another session."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from bot.demo.postgres import ADMINISTRATOR, Postgres, unprivileged
from bot.demo.servers import Server, answering, free_port, spawn, write_private
from tests.builders import leave_out

SESSIONS = 5
"""At the server, for however many clients."""


@dataclass(frozen=True)
class PgBouncer:
    """A running pooler."""

    server: Server
    port: int

    def through(self, url: str) -> str:
        """The same database by way of the pooler."""
        return make_url(url).set(port=self.port).render_as_string(hide_password=False)


async def start_pgbouncer(directory: Path, postgres: Postgres) -> PgBouncer:
    """Start one for everybody whom PostgreSQL knows, or leave the test out where there is no PgBouncer.

    Raises ServerFailed.
    """
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        leave_out("There is no pgbouncer: Daypass isn't tried behind a pooler.", "PGBOUNCER_TESTS")
    port = free_port()
    users = directory / "users.txt"
    write_private(users, f'"{ADMINISTRATOR}" "{postgres.admin_password}"\n')
    settings = directory / "pgbouncer.ini"
    settings.write_text(
        f"""[databases]
* = host={postgres.host} port={postgres.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
auth_user = {ADMINISTRATOR}
pool_mode = transaction
default_pool_size = {SESSIONS}
server_round_robin = 1
"""
    )
    command = [found, str(settings)]
    server = spawn(
        "PgBouncer", command, log=directory / "pgbouncer.log", directory=directory, user=unprivileged()
    )
    pooler = PgBouncer(server, port)

    def accepts() -> bool:
        try:
            psycopg.connect(pooler.through(postgres.url()), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    await answering(server, accepts)
    return pooler
