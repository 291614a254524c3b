"""What MLflow knows of a version, read as evidence: its run, metrics, artifact, model card and authors."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from integrations.mlflow.artifact import Artifacts
from integrations.mlflow.authors import authors_of
from integrations.mlflow.card import read_card
from integrations.mlflow.client import MLflow, Refusal, plausible
from integrations.mlflow.fields import as_text
from integrations.mlflow.lineage import LoggedModel, lineage_of, why_unclear
from integrations.mlflow.run_records import kept_in_model, tags_asked
from integrations.mlflow.runs import read_run
from workflows.ports import Permanent
from workflows.releases.evidence import (
    Artifact,
    Evidence,
    Login,
    Observation,
    Order,
    Version,
)

ABOUT = "daypass.version"
"""Tag of a run that watches a live version: `<model>/<version>`."""
_NO_RUN = "MLflow links no run to this version."
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
        candidate, model = await self._version(order, order.version, whole=True)
        champion = await self._version(order, live, whole=False) if order.champion and live else None
        return Evidence(
            candidate=candidate,
            live=live,
            champion=champion[0] if champion else None,
            observed=tuple([await self._observed(order, *one, model) for one in order.observed]),
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
        self, model: str, version: str, since: datetime | None, wanted: tuple[str, ...] = ()
    ) -> Artifact:
        """Its bytes, as of a reading that began at `since` or later; without `since` its names and sizes alone.

        Raises Retryable or Permanent.
        """
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

    async def _version(
        self, order: Order, version: str, whole: bool
    ) -> tuple[Version | None, LoggedModel | None]:
        """The version, and the logged model that it is of. Its artifact and authors only if `whole`."""
        found = await self._mlflow.find("model-versions/get", name=order.model, version=version)
        if found is None:
            return None, None
        with plausible():
            about = dict(found["model_version"])
            description = as_text(about.get("description", ""), MAX_DESCRIPTION_CHARS)
            tags = tags_asked(about, order if whole else None)
            number, status = as_text(about["version"], 60), as_text(about.get("status", ""), 60)
        lineage = await lineage_of(self._mlflow, about, await self._artifacts.location(order.model, version))
        run = await read_run(
            self._mlflow, lineage.made_by, order.metrics, lineage.model, records=order if whole else None
        )
        gone = f"This version's run {lineage.made_by} was deleted in MLflow." if run and run.deleted else ""
        unclear = gone or why_unclear(lineage) or ("" if run else _NO_RUN)
        troubles = {"run": unclear} if unclear else {}
        if gone or lineage.deleted:
            troubles["artifact"] = unclear
        read = Version(
            version=number,
            status=status,
            authors=await authors_of(self._mlflow, about, lineage) if whole else (),
            card=await read_card(description),
            run=None if unclear else run,
            artifact=await self._artifact(order, version, troubles) if whole else None,
            troubles=troubles,
            tags=tags,
        )
        return read, lineage.model

    async def _observed(
        self, order: Order, experiment: str, metric: str, model: LoggedModel | None
    ) -> Observation:
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
        run = await read_run(self._mlflow, newest, (metric,), model, watching=True)
        return Observation(experiment=experiment, run=None if run and run.deleted else run)

    async def _artifact(self, order: Order, version: str, troubles: dict[str, str]) -> Artifact | None:
        """All of it, byte by byte, through MLflow; None, with the reason, if MLflow doesn't serve it or has deleted it."""
        if "artifact" in troubles:
            return None
        try:
            return await self._artifacts.read(
                order.model, version, order.files, order.since, order.signatures, kept_in_model(order.read)
            )
        except Permanent as error:
            troubles["artifact"] = str(error)
            return None
