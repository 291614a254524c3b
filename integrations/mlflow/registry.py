"""What MLflow knows of a version, read as evidence: its run, metrics, artifact, model card and authors."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from integrations.mlflow.artifact import Artifacts
from integrations.mlflow.authors import authors_of
from integrations.mlflow.card import read_card
from integrations.mlflow.client import MLflow, Refusal, plausible
from integrations.mlflow.fields import as_text
from workflows.legible import legible
from workflows.ports import Permanent
from workflows.releases.evidence import (
    Artifact,
    Author,
    Evidence,
    Login,
    Metric,
    Observation,
    Order,
    Run,
    Version,
)

ABOUT = "daypass.version"
"""Tag of a run that watches a live version: `<model>/<version>`."""
KEPT = 20
"""Values of a metric's history that are kept: one is right, a second is one too many."""
MAX_VALUE_CHARS = 60
MAX_DESCRIPTION_CHARS = 1 << 22
LOGIN_SECONDS = 60.0
"""For which it is taken for good whether MLflow asks for a login."""


class MLflowRegistry:
    """The `Registry` of releases."""

    def __init__(self, mlflow: MLflow, now: Callable[[], datetime]) -> None:
        self._mlflow = mlflow
        self._artifacts = Artifacts(mlflow, now)
        self._login: tuple[float, Login] | None = None
        self._asking = asyncio.Lock()

    async def read(self, order: Order, live: str | None) -> Evidence:
        """What there is. Raises Retryable, or Permanent if MLflow doesn't let Daypass look at all."""
        candidate = await self._version(order, order.version, whole=True)
        compared = order.champion and live is not None
        return Evidence(
            candidate=candidate,
            live=live,
            champion=await self._version(order, live, whole=False) if compared and live else None,
            observed=tuple([await self._observed(order, *one) for one in order.observed]),
            login=await self.login(),
        )

    async def versions(self, model: str) -> list[str]:
        """Newest first, at most 200."""
        found = await self._mlflow.find(
            "model-versions/search",
            filter=f"name='{model}'",
            max_results="200",
            order_by="version_number DESC",
        )
        with plausible():
            return [as_text(one["version"]) for one in (found or {}).get("model_versions", [])[:200]]

    async def artifact(
        self, model: str, version: str, since: datetime, wanted: tuple[str, ...] = ()
    ) -> Artifact:
        """Its bytes, as of a reading that began at `since` or later. Raises Retryable or Permanent."""
        return await self._artifacts.read(model, version, wanted, since)

    async def login(self) -> Login:
        """Whether MLflow asks for a login, tried once a minute. Raises Retryable or Permanent."""
        async with self._asking:
            if self._login is None or time.monotonic() - self._login[0] >= LOGIN_SECONDS:
                self._login = (time.monotonic(), await self._mlflow.login())
            return self._login[1]

    async def close(self) -> None:
        """Give up what is being read."""
        await self._artifacts.close()

    async def _version(self, order: Order, version: str, whole: bool) -> Version | None:
        found = await self._mlflow.find("model-versions/get", name=order.model, version=version)
        if found is None:
            return None
        troubles: dict[str, str] = {}
        with plausible():
            about = dict(found["model_version"])
            description = as_text(about.get("description", ""), MAX_DESCRIPTION_CHARS)
            run_id, status = as_text(about.get("run_id") or ""), as_text(about.get("status", ""), 60)
            number = as_text(about["version"], 60)
        run = await self._run(run_id, order.metrics)
        if run is None:
            troubles["run"] = "MLflow knows no run that made this version."
        return Version(
            version=number,
            status=status,
            authors=await self._authors(order, version, about) if whole else (),
            card=await read_card(description),
            run=run,
            artifact=await self._artifact(order, version, troubles) if whole else None,
            troubles=troubles,
        )

    async def _authors(self, order: Order, version: str, about: dict[str, Any]) -> tuple[Author, ...]:
        location = await self._artifacts.location(order.model, version)
        return await authors_of(self._mlflow, about, location)

    async def _run(self, run_id: str, metrics: tuple[str, ...]) -> Run | None:
        found = await self._mlflow.find("runs/get", run_id=run_id) if run_id else None
        if found is None:
            return None
        with plausible():
            info = found["run"]["info"]
            deleted = info.get("lifecycle_stage") == "deleted"
            id, status = as_text(info["run_id"]), as_text(info["status"], 60)
        return Run(
            id=id,
            status="DELETED" if deleted else status,
            metrics=tuple([await self._metric(run_id, key) for key in metrics]),
        )

    async def _metric(self, run_id: str, key: str) -> Metric:
        found = await self._mlflow.find(
            "metrics/get-history", run_id=run_id, metric_key=key, max_results=str(KEPT)
        )
        with plausible():
            values = [legible(str(one["value"]), MAX_VALUE_CHARS) for one in (found or {}).get("metrics", [])]
        return Metric(key=key, count=len(values), values=tuple(values[:KEPT]))

    async def _observed(self, order: Order, experiment: str, metric: str) -> Observation:
        found = await self._mlflow.find("experiments/get-by-name", experiment_name=experiment)
        if found is None:
            return Observation(experiment=experiment, run=None)
        with plausible():
            query = {
                "experiment_ids": [as_text(found["experiment"]["experiment_id"])],
                "filter": f"tags.`{ABOUT}` = '{order.model}/{order.version}' and attributes.status = 'FINISHED'",
                "order_by": ["attributes.end_time DESC"],
                "max_results": 1,
            }
        try:
            runs = (await self._mlflow.send("POST", "runs/search", query)).get("runs", [])
        except Refusal as refusal:
            raise refusal.explained() from None
        with plausible():
            newest = as_text(runs[0]["info"]["run_id"]) if runs else ""
        run = await self._run(newest, (metric,)) if newest else None
        return Observation(experiment=experiment, run=run)

    async def _artifact(self, order: Order, version: str, troubles: dict[str, str]) -> Artifact | None:
        """All of it, byte by byte, through MLflow; None, with the reason, if MLflow doesn't serve it."""
        try:
            return await self.artifact(order.model, version, order.since, order.files)
        except Permanent as error:
            troubles["artifact"] = str(error)
            return None
