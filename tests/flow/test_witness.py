"""Somebody else's witness, as its own process, cosigns what Daypass signs, and an export shows it offline (P9)."""

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.operator import read_log
from bot.demo.actor import seen
from bot.demo.openbao import LOG_KEY
from bot.demo.servers import free_port
from bot.demo.stage import ROOT
from integrations.witnesses import read_witnesses
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import ask
from tests.flow.office import Servers
from tests.flow.test_command_line import daypass
from workflows.audit.export.directory import write_export
from workflows.audit.log import Log
from workflows.audit.tlog.note import VerifierKey

ORIGIN = "daypass.northwind.example/audit"


@dataclass(frozen=True)
class Running:
    url: str
    key: str


@pytest.fixture
def log_key(servers: Servers) -> str:
    """The public key that the office's log is signed with."""
    keys = servers.bao.call("GET", f"transit/keys/{LOG_KEY}")["data"]["keys"]
    return VerifierKey(ORIGIN, base64.b64decode(keys["1"]["public_key"])).text


@pytest.fixture
def witness(tmp_path: Path, log_key: str) -> Iterator[Running]:
    port = free_port()
    command = [sys.executable, "-m", "bot", "witness", "--name", "auditor.example/log", "--log", log_key]
    command += ["--directory", str(tmp_path / "witness"), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    key = re.search(r"auditor\.example/log\+\S+", process.stdout.readline())
    assert key is not None
    yield Running(f"http://127.0.0.1:{port}", key[0])
    process.terminate()
    process.communicate()


async def test_it_cosigns_and_an_export_shows_it(
    open_office: OpenOffice, witness: Running, log_key: str, tmp_path: Path
) -> None:
    named = read_witnesses(f"{witness.url} {witness.key}")
    async with open_office(daypass_witnesses=named, daypass_checkpoint_seconds=0.3) as office:
        await ask(office)
        log = Log(office.daypass.store)

        async def cosigned() -> bool:
            last = await log.last()
            return last is not None and last.size >= 2 and bool(last.cosignatures)

        await seen("a checkpoint that the witness cosigned", cosigned)
        keys, leaves, texts, notes = await read_log(office.settings, private=True)
        write_export(tmp_path / "out", leaves, texts, notes, keys)
    done = daypass({}, "audit", "verify", str(tmp_path / "out"), "--key", log_key, "--witness", witness.key)
    assert done.returncode == 0, done.stdout
    assert "are cosigned by 1 of 1 witnesses (auditor.example/log)" in done.stdout
    other = VerifierKey("nobody.example/log", bytes(32), 4).text
    both = daypass(
        {},
        "audit",
        "verify",
        str(tmp_path / "out"),
        "--key",
        log_key,
        "--witness",
        witness.key,
        "--witness",
        other,
    )
    assert both.returncode == 1
    assert "No checkpoint here is cosigned by 2 of the 2 witnesses given" in both.stdout
