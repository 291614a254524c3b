"""One reading of an artifact, as a process: `disk FOLDER`, or `http URL NAME` from the server that `serve PORT FOLDER` is."""

import asyncio
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import ClientConnectionError, ClientSession, web

PATIENCE = 30.0
"""Seconds for which the server may start."""


def from_disk(folder: Path) -> str:
    """As `daypass release verify` hashes it."""
    from workflows.releases.attestation.tree import file_digests, tree_digest

    return tree_digest(file_digests(folder))


async def from_mlflow(url: str, name: str) -> str:
    """As Daypass hashes what is to be released."""
    from integrations.egress import read_reach
    from integrations.mlflow import MLflowLogin, MLflowRegistry, open_mlflow

    await _answers(url)
    now = datetime.now(UTC)
    async with open_mlflow(url, MLflowLogin(), read_reach(["127.0.0.1"])) as mlflow:
        return (await MLflowRegistry(mlflow, lambda: now).artifact("model", name, now)).digest


async def _answers(url: str) -> None:
    until = time.monotonic() + PATIENCE
    async with ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/health"):
                    return
            except ClientConnectionError:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.05)


def serve(port: int, folder: Path) -> None:
    """Answer as MLflow does, for versions that are called as the folder's folders are."""

    async def location(request: web.Request) -> web.Response:
        return web.json_response({"artifact_uri": f"mlflow-artifacts:/{request.query['version']}"})

    async def files(request: web.Request) -> web.Response:
        names = os.scandir(folder / request.query["path"])
        listed = [{"path": one.name, "is_dir": False, "file_size": one.stat().st_size} for one in names]
        return web.json_response({"files": listed})

    app = web.Application()
    app.router.add_get("/api/2.0/mlflow/model-versions/get-download-uri", location)
    app.router.add_get("/api/2.0/mlflow-artifacts/artifacts", files)
    app.router.add_static("/api/2.0/mlflow-artifacts/artifacts", folder)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


def main(way: str, *given: str) -> None:
    """Do one of these, and say the digest, and how many bytes of memory that took at its peak."""
    if way == "serve":
        serve(int(given[0]), Path(given[1]))
        return
    found = from_disk(Path(given[0])) if way == "disk" else asyncio.run(from_mlflow(given[0], given[1]))
    print(found, _peak())


def _peak() -> int:
    """Of this process since it began to run this program, as proc(5) tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
