"""An MLflow server in one process, as a child of the demo and the tests: `python -m bot.demo.mlflow_server PORT`.

`mlflow server` sets up the database and starts a second process, which reads all libraries once more. Where its data are
is in the environment, as `mlflow server` tells its workers.
Source: `_run_server` of mlflow/server/__init__.py and `server` of mlflow/cli/__init__.py, MLflow 3.
"""

import os
import sys

import uvicorn
from mlflow.server.constants import ARTIFACT_ROOT_ENV_VAR, BACKEND_STORE_URI_ENV_VAR
from mlflow.server.handlers import initialize_backend_stores


def main(port: int) -> None:
    store, artifacts = os.environ[BACKEND_STORE_URI_ENV_VAR], os.environ[ARTIFACT_ROOT_ENV_VAR]
    initialize_backend_stores(store, default_artifact_root=artifacts)
    uvicorn.run("mlflow.server.fastapi_app:app", host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
