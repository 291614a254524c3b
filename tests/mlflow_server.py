"""MLflow twice over one database: for anyone, and behind its own login (`--app-name basic-auth`).

`python -m tests.mlflow_server PORT LOGIN_PORT`. Starting it costs five seconds of processor, nearly all of them for reading
its libraries: so it is read once, and forks before anything is opened. Source for the second app: `_run_server` of
mlflow/server/__init__.py, MLflow 3.17.
"""

import os
import sys

import uvicorn
from mlflow.server import fastapi_app
from mlflow.server.constants import ARTIFACT_ROOT_ENV_VAR, BACKEND_STORE_URI_ENV_VAR
from mlflow.server.handlers import initialize_backend_stores


def main(port: int, login_port: int) -> None:
    """Serve both; the one behind a login ends with the other one."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(writing)
        if os.read(reading, 1):
            _behind_login(login_port)
        return
    _open()
    os.write(writing, b"1")
    uvicorn.run(fastapi_app.app, host="127.0.0.1", port=port, log_level="warning")


def _open() -> None:
    initialize_backend_stores(
        os.environ[BACKEND_STORE_URI_ENV_VAR], default_artifact_root=os.environ[ARTIFACT_ROOT_ENV_VAR]
    )


def _behind_login(port: int) -> None:
    _die_with_parent()
    _open()
    from mlflow.server.auth import create_app

    uvicorn.run(create_app(), host="127.0.0.1", port=port, log_level="warning")


def _die_with_parent() -> None:
    """By prctl(2), as the leash of bot/demo/servers.py does it."""
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
