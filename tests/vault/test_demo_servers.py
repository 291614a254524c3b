"""The demo's servers die with whoever started them, and survive a restart."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.vault.conftest import Servers

_STARTER = """
import asyncio, sys, time
from pathlib import Path
from bot.demo.openbao import start_openbao
from bot.demo.postgres import start_postgres

async def start():
    where = Path(sys.argv[1])
    return await asyncio.gather(start_openbao(where / "openbao"), start_postgres(where / "postgres"))

started = asyncio.run(start())
print("started", flush=True)
time.sleep(60)
"""


def test_killed_outright_the_parent_takes_its_servers_along(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _STARTER, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path.cwd()
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"started\n"
    family = psutil.Process(parent.pid).children(recursive=True)
    assert {"bao", "postgres"} <= {process.name() for process in family}
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 5
    while any(map(_alive, family)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [process for process in family if _alive(process)]


def test_the_warehouse_asks_everybody_for_a_password(servers: Servers) -> None:
    for user in ("postgres", "openbao", "features_read"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(servers.warehouse.postgres.url("warehouse", user, "guess"))


async def test_openbao_comes_back_after_a_kill_with_what_it_knew(servers: Servers) -> None:
    servers.bao.kill()
    servers.bao = await servers.bao.start_again()
    assert servers.bao.call("GET", "auth/token/roles/daypass")["data"]["orphan"]


def test_keys_and_passwords_are_readable_by_their_owner_alone(servers: Servers) -> None:
    directory = servers.bao.directory
    for secret in (directory / "keys.json", directory.parent / "postgres" / "password"):
        assert secret.stat().st_mode & 0o077 == 0


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
