"""Where a version comes from: its run, the logged model that it is of (MLflow 3), and whether these belong together.

One run may log several models. The run's history then mixes the metrics of all, and only the logged model's own
record says which are whose (`GET logged-models/m-…`, https://mlflow.org/docs/latest/ml/mlflow-3/).
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from integrations.mlflow.client import MLflow, plausible
from integrations.mlflow.fields import as_text

MAX_SOURCES = 8
"""Runs and logged models looked at for one version."""
_HISTORY = "mlflow.log-model.history"
_RUN_ID = re.compile(r"(?<![0-9a-zA-Z-])[0-9a-f]{32}(?![0-9a-zA-Z])")
_RUN_FOLDER = re.compile(r"(?<![0-9a-zA-Z-])([0-9a-f]{32})/artifacts(?:/|$)")
_MODEL_ID = re.compile(r"(?<![0-9a-zA-Z])m-[0-9a-f]{32}(?![0-9a-zA-Z])")


@dataclass(frozen=True)
class LoggedModel:
    """What MLflow keeps of a logged model, as it answered."""

    id: str
    info: dict[str, Any]
    metrics: tuple[dict[str, Any], ...]

    @property
    def run(self) -> str:
        """The run that logged it; empty if none did."""
        return as_text(self.info.get("source_run_id") or "")

    def values(self, key: str, in_run: str | None = None) -> list[Any]:
        """Every value of the metric that is this model's, of any step and data set; those of one run, or all."""
        return [
            one["value"]
            for one in self.metrics
            if one["key"] == key and in_run in (None, one.get("run_id", ""))
        ]


@dataclass(frozen=True)
class Lineage:
    """What MLflow names as a version's origin."""

    run: str
    """The run that the version names; empty if none."""
    folder: str
    """The run in whose folder of artifacts its bytes are; empty if they are in none's."""
    runs: tuple[str, ...]
    """Whatever else may be a run's id, wherever it stands."""
    named: tuple[str, ...]
    """Ids of logged models, wherever one stands."""
    models: tuple[LoggedModel, ...] = ()
    """Those of them that MLflow still has."""

    @property
    def made_by(self) -> str:
        """The run that the version names; if it names none, the run that logged its model."""
        return self.run or next((model.run for model in self.models), "")

    @property
    def model(self) -> LoggedModel | None:
        return self.models[0] if self.models else None

    @property
    def deleted(self) -> str:
        """A logged model that is named and gone; empty if there is none."""
        there = {model.id for model in self.models}
        return next((id for id in self.named if id not in there), "")


def lineage_named(about: dict[str, Any], location: str) -> Lineage:
    """As a version's own fields and the place of its bytes name it. Raises KeyError, TypeError or AttributeError."""
    places = f"{as_text(about.get('source', ''), 1_000)} {location} {as_text(about.get('model_id') or '')}"
    return Lineage(
        run=as_text(about.get("run_id") or ""),
        folder=next(iter(_RUN_FOLDER.findall(location)), ""),
        runs=tuple(dict.fromkeys(_RUN_ID.findall(places)[:MAX_SOURCES])),
        named=tuple(dict.fromkeys(_MODEL_ID.findall(places)[:MAX_SOURCES])),
    )


async def lineage_of(mlflow: MLflow, about: dict[str, Any], location: str) -> Lineage:
    """The same with the logged models as MLflow has them now. Raises Retryable or Permanent."""
    with plausible():
        lineage = lineage_named(about, location)
    found = [await _logged_model(mlflow, id) for id in lineage.named]
    return replace(lineage, models=tuple(model for model in found if model))


async def _logged_model(mlflow: MLflow, id: str) -> LoggedModel | None:
    """None if MLflow has none, which it also says of a deleted one."""
    found = await mlflow.find(f"logged-models/{id}")
    if found is None:
        return None
    with plausible():
        info = dict(found["model"]["info"])
        metrics = (found["model"].get("data") or {}).get("metrics") or []
        return LoggedModel(id, info, tuple(dict(one) for one in metrics))


def why_unclear(lineage: Lineage) -> str:
    """Why the run that a version names isn't good as its evidence; empty if it is."""
    if lineage.deleted:
        return f"This version's logged model {lineage.deleted} was deleted in MLflow."
    if len(lineage.named) > 1:
        return f"MLflow links this version to several models: {', '.join(lineage.named)}."
    run, model = lineage.run, lineage.model
    if model and run and model.run not in ("", run):
        return f"This version names run {run}, but its model was logged by run {model.run}."
    if run and lineage.folder not in ("", run):
        return f"This version names run {run}, but its files are in the folder of run {lineage.folder}."
    return ""


def other_models(run: dict[str, Any], model: str) -> bool:
    """Whether a run, as MLflow answers it, logged or measured another model than this one (a version without
    a logged model has the empty name)."""
    listed = [
        *((run.get("outputs") or {}).get("model_outputs") or []),
        *((run.get("inputs") or {}).get("model_inputs") or []),
    ]
    return bool({one["model_id"] for one in listed} - {model}) or (not model and _several_by_tag(run))


def _several_by_tag(run: dict[str, Any]) -> bool:
    """Clients before MLflow 3 wrote each model that they logged into one tag, a JSON list of what is where."""
    data = run.get("data") or {}
    written = next((tag.get("value") for tag in data.get("tags", []) if tag["key"] == _HISTORY), "")
    try:
        return len({str(one["artifact_path"]) for one in json.loads(written or "[]")}) > 1
    except (ValueError, TypeError, KeyError):
        return False
