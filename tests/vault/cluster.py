"""Two real OpenBao nodes on one storage (raft): one is active, the other stands by and takes over."""

import asyncio
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import requests

from bot.demo.openbao import OpenBao, start_openbao
from bot.demo.servers import answering, free_port, spawn

PATIENCE = 20.0
"""Seconds for whatever has to come about."""
_SOON = 'autopilot_reconcile_interval = "50ms"\nautopilot_update_interval = "25ms"\n'
"""A node that joins votes at once, not after ten seconds of good behaviour."""


@dataclass(frozen=True)
class Cluster:
    first: OpenBao
    second: OpenBao

    def active(self) -> OpenBao | None:
        """The node that says so; None during an election."""
        return next((node for node in (self.first, self.second) if _health(node) == 200), None)

    async def step_down(self) -> None:
        """Have the active node give up; the other takes over within a second, but for what it has to load."""
        active = self.active()
        assert active
        await asyncio.to_thread(active.at_root.call, "PUT", "sys/step-down")

    async def taken_over(self, before: OpenBao) -> None:
        """Return when another node than `before` is active."""
        await answering(before.server, lambda: self.active() not in (None, before), PATIENCE)

    def stop(self) -> None:
        self.first.kill()
        self.second.kill()


async def start_cluster(directory: Path) -> Cluster:
    first = await start_openbao(directory / "first", _SOON)
    autopilot = "sys/storage/raft/autopilot/configuration"
    first.at_root.call("POST", autopilot, server_stabilization_time="1ms")
    second = await _joined(first, directory / "second")
    await answering(second.server, lambda: _votes(first), PATIENCE)
    return Cluster(first, second)


async def _joined(first: OpenBao, directory: Path) -> OpenBao:
    (directory / "data").mkdir(parents=True)
    shutil.copy(first.directory / "keys.json", directory)
    addr = f"http://127.0.0.1:{free_port()}"
    config = (first.directory / "openbao.hcl").read_text().replace(str(first.directory), str(directory))
    config = config.replace(first.addr.rpartition(":")[2], addr.rpartition(":")[2]).replace(
        '"demo"', '"second"'
    )
    cluster = first.at_root.call("GET", "sys/leader")["leader_cluster_address"].rpartition(":")[2]
    (directory / "openbao.hcl").write_text(config.replace(cluster, str(free_port())))
    command = [str(first.binary), "server", "-config", str(directory / "openbao.hcl")]
    server = spawn("OpenBao, second node", command, log=directory / "openbao.log", directory=directory)
    second = replace(first, server=server, directory=directory, addr=addr)
    await answering(server, lambda: _health(second) == 501)
    join = {"leader_api_addr": first.addr}
    requests.post(f"{addr}/v1/sys/storage/raft/join", json=join, timeout=30).raise_for_status()
    (key,) = json.loads((first.directory / "keys.json").read_text())["keys"]
    requests.put(f"{addr}/v1/sys/unseal", json={"key": key}, timeout=30).raise_for_status()
    await answering(server, lambda: _health(second) == 429)
    return second


def _votes(first: OpenBao) -> bool:
    servers = first.at_root.call("GET", "sys/storage/raft/configuration")["data"]["config"]["servers"]
    return all(server["voter"] for server in servers)


def _health(node: OpenBao) -> int:
    try:
        return requests.get(f"{node.addr}/v1/sys/health", timeout=2).status_code
    except requests.ConnectionError:
        return 0
