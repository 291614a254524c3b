"""A real MLflow server, and what a team does in it, by its REST API."""

import asyncio
import base64
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import requests

from bot.demo.mlflow import MLflowServer, spawn_mlflow
from bot.demo.servers import free_port

CARD = "# Model\n\n## Intended use\nRanking.\n\n## Data\nClicks.\n\n## Limitations\nEnglish only.\n"
_numbers = count(1)
_WEBHOOKS = {
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
    "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": base64.urlsafe_b64encode(bytes(32)).decode(),
    "MLFLOW_WEBHOOK_CACHE_TTL": "0",
    "MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES": "0",
}
"""Sent to this machine too, at once, and once."""
_HOST = re.compile(r"^mlflow-artifacts:/(/[^/]+/)?")


@dataclass(frozen=True)
class Lab:
    """One registered model of its own on a server that many tests share."""

    url: str
    model: str

    def trained(
        self,
        metrics: dict[str, list[float]] | None = None,
        *,
        status: str = "FINISHED",
        user: str = "ada@northwind.example",
        card: str = CARD,
        files: tuple[str, ...] = ("MLmodel", "model/weights.bin"),
        source: str | None = None,
        artifacts: str | None = None,
    ) -> str:
        """A version with its run, artifact and card; its number. With a `source` elsewhere it has no run.

        `artifacts` is where its experiment keeps them, by an address of its own.
        """
        metrics = {"ndcg": [0.9]} if metrics is None else metrics
        info = self.run(metrics, status=status, user=user, artifacts=artifacts)
        root = _HOST.sub("", info["artifact_uri"])
        for name in files:
            self.upload(f"{root}/model/{name}", f"{name} of {info['run_id']}".encode())
        version = self.call(
            "POST",
            "model-versions/create",
            name=self.model,
            description=card,
            **(
                {"source": source}
                if source
                else {"source": f"{info['artifact_uri']}/model", "run_id": info["run_id"]}
            ),
        )["model_version"]
        return str(version["version"])

    def run(
        self,
        metrics: dict[str, list[float]],
        *,
        status: str = "FINISHED",
        user: str = "ada@northwind.example",
        experiment: str = "training",
        about: str = "",
        user_id: str = "",
        parent: str = "",
        artifacts: str | None = None,
    ) -> dict[str, Any]:
        """A run of its own; `about` is a version that it watches."""
        tags = [{"key": "mlflow.user", "value": user}]
        if about:
            tags.append({"key": "daypass.version", "value": f"{self.model}/{about}"})
        if parent:
            tags.append({"key": "mlflow.parentRunId", "value": parent})
        where = {"experiment_id": self._experiment(experiment, artifacts), "user_id": user_id}
        run = self.call("POST", "runs/create", tags=tags, **where)["run"]
        info: dict[str, Any] = run["info"]
        for key, values in metrics.items():
            for step, value in enumerate(values):
                self.log_metric(info["run_id"], key, value, step)
        self.call("POST", "runs/update", run_id=info["run_id"], status=status, end_time=next(_numbers))
        return info

    def log_metric(self, run_id: str, key: str, value: float, step: int = 0, **about: str) -> None:
        """`about` says of which logged model and which data set, by MLflow's fields."""
        told: dict[str, Any] = {"value": "NaN" if math.isnan(value) else value, "timestamp": next(_numbers)}
        self.call("POST", "runs/log-metric", run_id=run_id, key=key, step=step, **told, **about)

    def logged_model(
        self, run: dict[str, Any], name: str, metrics: dict[str, list[float]] | None = None
    ) -> str:
        """A model logged in this run as MLflow 3 does, with metrics of its own; its id."""
        where = {"experiment_id": run["experiment_id"], "source_run_id": run["run_id"]}
        info = self.call("POST", "logged-models", name=name, **where)["model"]["info"]
        model = str(info["model_id"])
        self.call("POST", "runs/outputs", run_id=run["run_id"], models=[{"model_id": model, "step": 0}])
        self.call("PATCH", f"logged-models/{model}", model_id=model, status="LOGGED_MODEL_READY")
        root = info["artifact_uri"].removeprefix("mlflow-artifacts:/")
        for path in ("MLmodel", "model/weights.bin"):
            self.upload(f"{root}/{path}", f"{path} of {model}".encode())
        for key, values in (metrics or {}).items():
            for step, value in enumerate(values):
                self.log_metric(run["run_id"], key, value, step, model_id=model)
        return model

    def register_model(self, model: str, run_id: str) -> str:
        """A version of a logged model, as MLflow's client registers it."""
        return self.register(run_id, f"models:/{model}", model_id=model)

    def run_of(self, version: str) -> str:
        return str(self._version(version)["run_id"])

    def model_of(self, version: str) -> str:
        """The logged model that a version was registered from."""
        return str(self._version(version)["source"]).removeprefix("models:/")

    def experiment_of(self, version: str) -> str:
        url = f"{self.url}/api/2.0/mlflow/runs/get"
        answer = requests.get(url, params={"run_id": self.run_of(version)}, timeout=20)
        return str(answer.json()["run"]["info"]["experiment_id"])

    def upload(self, path: str, content: bytes) -> None:
        url = f"{self.url}/api/2.0/mlflow-artifacts/artifacts/{path}"
        requests.put(url, data=content, timeout=20).raise_for_status()

    def put(self, version: str, name: str, content: bytes) -> None:
        """Put a file into a version's artifact, or in the place of one."""
        root = self._version(version)["source"].removeprefix("mlflow-artifacts:/")
        self.upload(f"{root}/{name}", content)

    def overwrite(self, version: str, name: str) -> None:
        """Put other bytes, as many, in the place of an artifact's file."""
        root = self._version(version)["source"].removeprefix("mlflow-artifacts:/")
        self.upload(f"{root}/{name}", f"{name} OF {self.run_of(version)}".encode())

    def remove(self, version: str, name: str) -> None:
        """Delete a file of an artifact."""
        root = self._version(version)["source"].removeprefix("mlflow-artifacts:/")
        url = f"{self.url}/api/2.0/mlflow-artifacts/artifacts/{root}/{name}"
        requests.delete(url, timeout=20).raise_for_status()

    def register(self, run_id: str, source: str, tags: dict[str, str] | None = None, **more: str) -> str:
        """A version of this run, by word, whose bytes are wherever `source` says."""
        told = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        body = {"name": self.model, "run_id": run_id, "source": source, "tags": told, "description": CARD}
        version = self.call("POST", "model-versions/create", **body, **more)["model_version"]
        return str(version["version"])

    def make_live(self, version: str | None, alias: str = "champion") -> None:
        """By hand, as nobody should."""
        if version is None:
            self.call("DELETE", "registered-models/alias", name=self.model, alias=alias)
        else:
            self.call("POST", "registered-models/alias", name=self.model, alias=alias, version=version)

    def live(self, alias: str = "champion") -> str | None:
        url = f"{self.url}/api/2.0/mlflow/registered-models/alias"
        answer = requests.get(url, params={"name": self.model, "alias": alias}, timeout=20)
        return str(answer.json()["model_version"]["version"]) if answer.ok else None

    def call(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = requests.request(method, f"{self.url}/api/2.0/mlflow/{path}", json=body, timeout=20)
        assert answer.ok, answer.text
        return dict(answer.json())

    def _version(self, version: str) -> dict[str, Any]:
        url = f"{self.url}/api/2.0/mlflow/model-versions/get"
        answer = requests.get(url, params={"name": self.model, "version": version}, timeout=20)
        return dict(answer.json()["model_version"])

    def _experiment(self, name: str, artifacts: str | None) -> str:
        own = f"{self.model}-{name}"
        url = f"{self.url}/api/2.0/mlflow/experiments/get-by-name"
        answer = requests.get(url, params={"experiment_name": own}, timeout=20)
        if answer.ok:
            return str(answer.json()["experiment"]["experiment_id"])
        return str(
            self.call("POST", "experiments/create", name=own, artifact_location=artifacts)["experiment_id"]
        )


ADMIN = ("admin", "nobody guesses this")
"""Who may do anything in the MLflow that is behind a login."""


@contextmanager
def running_mlflow(directory: Path) -> Iterator[str]:
    """MLflow with its files in that directory; its address, and the one where it is behind a login."""
    directory.mkdir(exist_ok=True)
    users = directory / "users.ini"
    users.write_text(
        f"[mlflow]\ndefault_permission = READ\n"
        f"database_uri = sqlite:///{directory}/users.db\nauth_cache_ttl_seconds = 600\n"
    )
    environs = {
        "MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES": "mlflow-artifacts",
        "MLFLOW_AUTH_CONFIG_PATH": str(users),
        "MLFLOW_AUTH_ADMIN_USERNAME": ADMIN[0],
        "MLFLOW_AUTH_ADMIN_PASSWORD": ADMIN[1],
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "what signs its sessions",
        "_MLFLOW_SGI_NAME": "uvicorn",
        "PYTHONPATH": str(Path(__file__).parents[1]),
        **_WEBHOOKS,
    }
    login_port = free_port()
    running = spawn_mlflow(directory, free_port(), "tests.mlflow_server", str(login_port), **environs)
    try:
        asyncio.run(running.ready())
        asyncio.run(MLflowServer(f"http://127.0.0.1:{login_port}", running.server).ready())
        yield f"{running.url} http://127.0.0.1:{login_port}"
    finally:
        running.server.stop()


def new_lab(url: str, worker: str) -> Lab:
    """A registered model that no other test knows, on a server that all workers of a run share."""
    lab = Lab(url, f"ranking-{worker}-{next(_numbers)}")
    lab.call("POST", "registered-models/create", name=lab.model)
    return lab
