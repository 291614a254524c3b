"""A stand-in for a Databricks workspace: one model of Unity Catalog, and the MLflow runs that made its versions.

What it answers about the catalog is held against the classes of Databricks' own SDK; a field that these don't know fails the
test. That the paths are the SDK's is a test of its own (`tests/releases/test_unity_catalog.py`).
"""

import importlib
import json
import sys
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

from aiohttp import web

MODEL, TOKEN = "prod.ml.ranking", "dapi0123456789abcdef"
START = "/api/2.1/unity-catalog/models"


@dataclass
class DatabricksServer:
    """`fault` is an answer to give instead: status and text."""

    versions: dict[int, dict[str, Any]] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    metrics: dict[str, list[str]] = field(default_factory=dict)
    """Values of `ndcg` as MLflow writes them, by run."""
    aliases: dict[str, int] = field(default_factory=dict)
    fault: tuple[int, str] | None = None
    obeys: bool = True
    per_page: int = 100
    calls: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def register(self, **about: Any) -> str:
        """Register a version that a run made."""
        number = len(self.versions) + 1
        run = f"run{number}"
        self.versions[number] = {
            "catalog_name": "prod",
            "schema_name": "ml",
            "model_name": "ranking",
            "version": number,
            "id": f"00000000-0000-4000-8000-{number:012}",
            "metastore_id": "11111111-0000-4000-8000-000000000000",
            "storage_location": f"s3://metastore/models/{number}",
            "source": f"dbfs:/databricks/mlflow-tracking/1/{run}/artifacts/model",
            "status": "READY",
            "run_id": run,
            "created_at": 1_770_000_000_000 + number,
            "created_by": "ada@northwind.example",
            "comment": "# Intended use\n\nRank.\n",
            **about,
        }
        tags = [{"key": "mlflow.user", "value": "edsger@northwind.example"}]
        self.runs[run] = {
            "info": {"run_id": run, "status": "FINISHED", "lifecycle_stage": "active", "user_id": "1234"},
            "data": {"tags": tags},
        }
        self.metrics[run] = ["0.9"]
        return str(number)

    def register_again(self, version: str) -> None:
        """Delete a version and register another of its number, as whoever may manage the model can."""
        other = f"22222222-0000-4000-8000-{int(version):012}"
        self.versions[int(version)] |= {"id": other}

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        self.calls.append(f"{request.method} {request.path}")
        if self.fault:
            return web.Response(status=self.fault[0], text=self.fault[1])
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error_code": "UNAUTHENTICATED"}, status=401)
        try:
            status, text = await self._document(request)
        except Exception as problem:
            self.problems.append(f"{request.method} {request.path}: {problem}")
            raise
        return web.Response(status=status, text=text, content_type="application/json")

    async def _document(self, request: web.Request) -> tuple[int, str]:
        match request.method, request.path.removeprefix(f"{START}/{MODEL}/").removeprefix("/").split("/"):
            case "GET", ["versions"]:
                return 200, self._listed(int(request.query.get("page_token", 0)))
            case "GET", ["versions", number]:
                return self._version(int(number))
            case "GET", ["aliases", alias]:
                return self._version(self.aliases.get(alias, 0))
            case "PUT", ["aliases", alias]:
                number = (await request.json())["version_num"]
                if self.obeys:
                    self.aliases[alias] = number
                return 200, json.dumps({"alias_name": alias, "version_num": number})
            case "DELETE", ["aliases", alias]:
                return (200, "{}") if self.aliases.pop(alias, None) else (404, "{}")
            case "GET", ["api", "2.0", "mlflow", *rest]:
                return self._tracked("/".join(rest), request.query)
        return 404, '{"error_code": "RESOURCE_DOES_NOT_EXIST"}'

    def _listed(self, start: int) -> str:
        numbers = list(self.versions)
        page = [checked(self.versions[one]) for one in numbers[start : start + self.per_page]]
        more = {"next_page_token": str(start + self.per_page)} if len(numbers) > start + self.per_page else {}
        return json.dumps({"model_versions": page, **more} if page else more)

    def _version(self, number: int) -> tuple[int, str]:
        if number not in self.versions:
            return 404, '{"error_code": "RESOURCE_DOES_NOT_EXIST"}'
        return 200, json.dumps(checked(self.versions[number]))

    def _tracked(self, path: str, query: Any) -> tuple[int, str]:
        run = query["run_id"]
        if run not in self.runs:
            return 404, "{}"
        if path == "runs/get":
            return 200, json.dumps({"run": self.runs[run]})
        values = self.metrics[run] if query["metric_key"] == "ndcg" else []
        listed = ", ".join(f'{{"key": "ndcg", "value": {one}, "step": 0}}' for one in values)
        return 200, f'{{"metrics": [{listed}]}}'


def checked(document: dict[str, Any]) -> dict[str, Any]:
    """The document, if the SDK's class reads all of it."""
    kind = of_sdk("service.catalog").ModelVersionInfo
    assert kind.from_dict(document).as_dict() == document
    return document


@cache
def of_sdk(name: str) -> Any:
    """A module of Databricks' SDK, without its package's own `__init__`, which loads every service in two seconds."""
    package = "databricks.sdk"
    if package not in sys.modules:
        (folder,) = importlib.import_module("databricks").__path__
        sys.modules[package] = bare = ModuleType(package)
        bare.__path__ = [f"{folder}/sdk"]
        try:
            return importlib.import_module(f"{package}.{name}")
        finally:
            del sys.modules[package]
    return importlib.import_module(f"{package}.{name}")
