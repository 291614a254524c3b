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


def spawn_mlflow(
    directory: Path, port: int, module: str = "bot.demo.mlflow_server", *more: str, **environs: str
) -> MLflowServer:
    """Start it without waiting; `environs` are more of its environment. `module` serves it, and takes the port and more."""
    directory.mkdir(exist_ok=True)
    command = [sys.executable, "-m", module, str(port), *more]
    server = spawn(
        "MLflow",
        command,
        log=directory / "mlflow.log",
        directory=directory,
        environment=environment(directory) | _served(directory) | environs,
    )
    return MLflowServer(f"http://127.0.0.1:{port}", server)


def _served(directory: Path) -> dict[str, str]:
    """Where its data are, in the variables by which `mlflow server` tells its workers."""
    return {
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{directory}/mlflow.db",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": str(directory / "artifacts"),
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
    }


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
