"""A real MLflow server for the demo and the tests, with its files in one folder."""

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import requests

from bot.demo.servers import Server, answering, spawn

START_SECONDS = 90.0
"""Seconds in which it is up; on a cold disk it reads a good part of the scientific Python stack."""
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # eight processes that nobody here gives anything to do
    "GIT_PYTHON_REFRESH": "quiet",
    "PYTHONWARNINGS": "ignore",
    "MPLBACKEND": "agg",
}


@dataclass(frozen=True)
class MLflowServer:
    """`url` is what MLFLOW_TRACKING_URI is set to."""

    url: str
    server: Server

    async def ready(self) -> None:
        """Wait until it answers. Raises ServerFailed."""
        await answering(self.server, partial(_healthy, self.url), START_SECONDS)


def spawn_mlflow(directory: Path, port: int, **environs: str) -> MLflowServer:
    """Start it without waiting; `environs` are more of its environment."""
    directory.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--backend-store-uri", f"sqlite:///{directory}/mlflow.db"]
    command += ["--artifacts-destination", str(directory / "artifacts")]
    server = spawn(
        "MLflow",
        command,
        log=directory / "mlflow.log",
        directory=directory,
        environment=environment(directory) | environs,
    )
    return MLflowServer(f"http://127.0.0.1:{port}", server)


def environment(directory: Path) -> dict[str, str]:
    """For MLflow's server and clients: quiet, one thread, and all that they leave lying about in one place."""
    return {
        **_QUIET,
        "OMP_NUM_THREADS": "1",
        "PATH": os.environ.get("PATH", os.defpath),
        "TMPDIR": str(directory),
    }


def _healthy(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).status_code == 200
    except requests.RequestException:
        return False
