"""What MLflow knows of a version, read as evidence: its run, metrics, artifact and model card."""

import hashlib
from typing import Any

from integrations.mlflow.card import read_card
from integrations.mlflow.client import MLflow, Refusal, explained
from workflows.ports import Permanent
from workflows.releases.evidence import Artifact, Evidence, Metric, Observation, Order, Run, Version

ABOUT = "daypass.version"
"""Tag of a run that watches a live version: `<model>/<version>`."""
KEPT = 20
"""Values of a metric's history that are kept: one is right, a second is one too many."""
MOST_FILES = 5_000
MOST_BYTES = 4 << 30
_SERVED = "mlflow-artifacts:/"


class MLflowRegistry:
    """The `Registry` of releases."""

    def __init__(self, mlflow: MLflow) -> None:
        self._mlflow = mlflow

    async def read(self, order: Order, live: str | None) -> Evidence:
        """What there is. Raises Retryable, or Permanent if MLflow doesn't let Daypass look at all."""
        candidate = await self._version(order, order.version, whole=True)
        compared = order.champion and live is not None
        return Evidence(
            candidate=candidate,
            live=live,
            champion=await self._version(order, live, whole=False) if compared and live else None,
            observed=tuple([await self._observed(order, *one) for one in order.observed]),
        )

    async def versions(self, model: str) -> list[str]:
        """Newest first, at most 200."""
        found = await self._mlflow.find(
            "model-versions/search",
            filter=f"name='{model}'",
            max_results="200",
            order_by="version_number DESC",
        )
        return [one["version"] for one in (found or {}).get("model_versions", [])]

    async def _version(self, order: Order, version: str, whole: bool) -> Version | None:
        found = await self._mlflow.find("model-versions/get", name=order.model, version=version)
        if found is None:
            return None
        about = found["model_version"]
        troubles: dict[str, str] = {}
        run = await self._run(about.get("run_id", ""), order.metrics)
        if run is None:
            troubles["run"] = "MLflow knows no run that made this version."
        artifact = await self._artifact(order, version, troubles) if whole else None
        return Version(
            version=about["version"],
            status=about.get("status", ""),
            registrant=about.get("user_id") or _tags(about).get("mlflow.user", ""),
            card=read_card(about.get("description", "")),
            run=run,
            artifact=artifact,
            troubles=troubles,
        )

    async def _run(self, run_id: str, metrics: tuple[str, ...]) -> Run | None:
        found = await self._mlflow.find("runs/get", run_id=run_id) if run_id else None
        if found is None:
            return None
        info, data = found["run"]["info"], found["run"].get("data", {})
        return Run(
            id=info["run_id"],
            status=info["status"],
            user=_tags(data).get("mlflow.user") or info.get("user_id", ""),
            metrics=tuple([await self._metric(run_id, key) for key in metrics]),
        )

    async def _metric(self, run_id: str, key: str) -> Metric:
        found = await self._mlflow.find(
            "metrics/get-history", run_id=run_id, metric_key=key, max_results=str(KEPT)
        )
        values = [str(one["value"]) for one in (found or {}).get("metrics", [])]
        return Metric(key=key, count=len(values), values=tuple(values[:KEPT]))

    async def _observed(self, order: Order, experiment: str, metric: str) -> Observation:
        found = await self._mlflow.find("experiments/get-by-name", experiment_name=experiment)
        if found is None:
            return Observation(experiment=experiment, run=None)
        query = {
            "experiment_ids": [found["experiment"]["experiment_id"]],
            "filter": f"tags.`{ABOUT}` = '{order.model}/{order.version}' and attributes.status = 'FINISHED'",
            "order_by": ["attributes.end_time DESC"],
            "max_results": 1,
        }
        try:
            runs = (await self._mlflow.send("POST", "runs/search", query)).get("runs", [])
        except Refusal as refusal:
            raise explained(refusal) from None
        run = await self._run(runs[0]["info"]["run_id"], (metric,)) if runs else None
        return Observation(experiment=experiment, run=run)

    async def _artifact(self, order: Order, version: str, troubles: dict[str, str]) -> Artifact | None:
        """All of it, byte by byte, through MLflow; None, with the reason, if MLflow doesn't serve it."""
        found = await self._mlflow.find("model-versions/get-download-uri", name=order.model, version=version)
        uri = (found or {}).get("artifact_uri", "")
        if not uri.startswith(_SERVED):
            troubles["artifact"] = (
                f"MLflow doesn't serve the artifact itself: it is at {uri[:120] or 'no place'}."
            )
            return None
        root = uri.removeprefix(_SERVED).strip("/")
        try:
            return await self._read_all(root, order.files)
        except Permanent as error:
            troubles["artifact"] = str(error)
            return None

    async def _read_all(self, root: str, wanted: tuple[str, ...]) -> Artifact:
        files = await self._listed(root)
        size = sum(files.values())
        if size > MOST_BYTES:
            raise Permanent(f"The artifact has {size} bytes; Daypass reads at most {MOST_BYTES}.")
        total = hashlib.sha256()
        for name in sorted(files):
            digest = await self._mlflow.file_digest(f"{root}/{name}")
            total.update(f"{name}\0{digest}\n".encode())
        present = tuple(name for name in wanted if name in files)
        return Artifact(files=present, count=len(files), size=size, digest=total.hexdigest())

    async def _listed(self, root: str) -> dict[str, int]:
        """Name under `root` → bytes, folders gone into."""
        found: dict[str, int] = {}
        folders = [""]
        while folders:
            folder = folders.pop()
            for one in await self._mlflow.files(f"{root}/{folder}".rstrip("/")):
                name = f"{folder}/{one['path']}".lstrip("/")
                if one.get("is_dir"):
                    folders.append(name)
                else:
                    found[name] = int(one.get("file_size", 0))
            if len(found) + len(folders) > MOST_FILES:
                raise Permanent(f"The artifact has more than {MOST_FILES} files.")
        return found


def _tags(document: dict[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag.get("value", "") for tag in document.get("tags", [])}
