"""A run and its metrics: those of the model that is asked about, wherever MLflow tells them apart."""

from typing import Any

from integrations.mlflow.client import MLflow, plausible
from integrations.mlflow.fields import as_text
from integrations.mlflow.lineage import LoggedModel, other_models
from integrations.mlflow.run_records import data_sets, ended_at, matched_metrics, run_files, tags_asked
from workflows.releases.evidence import Metric, Order, Run
from workflows.text import one_line

MAX_CACHED_RUNS = 20
"""Values of a metric's history that are kept: one is right, a second is one too many."""
MAX_VALUE_CHARS = 60


async def read_run(
    mlflow: MLflow,
    id: str,
    metrics: tuple[str, ...],
    model: LoggedModel | None,
    *,
    watching: bool = False,
    records: Order | None = None,
) -> Run | None:
    """The run, deleted or not; None if there is none. Raises Retryable or Permanent.

    `watching`: only what this run measured of the model counts. Otherwise what any run measured of it does.
    `records`: also what this order asks for of tags, data sets, metrics by patterns, and files beside the model.
    """
    found = await mlflow.find("runs/get", run_id=id) if id else None
    if found is None:
        return None
    with plausible():
        run = dict(found["run"])
        info, mixed = run["info"], other_models(run, model.id if model else "")
        status, lifecycle = as_text(info["status"], 60), info.get("lifecycle_stage", "active")
        more = matched_metrics(run, model, mixed, records) if records else ()
        keys = tuple(dict.fromkeys((*metrics, *(name for one in more for name in one.names))))
        own = {key: model.values(key, id if watching else None) if model else [] for key in keys}
        read = Run(
            id=id,
            status=status,
            deleted=lifecycle != "active",
            model=model.id if model else "",
            metrics=(),
            ended_at=ended_at(info),
            matched=more,
            tags=tags_asked(run.get("data") or {}, records),
            data_sets=data_sets(run) if records and records.data_sets else (),
        )
    values = tuple([await _metric(mlflow, id, key, own[key], mixed, key in metrics) for key in keys])
    files = await run_files(mlflow, info, records.read) if records else ()
    return read.model_copy(update={"metrics": values, "files": files})


async def _metric(mlflow: MLflow, run: str, key: str, own: list[Any], mixed: bool, named: bool) -> Metric:
    """The model's own values; if it has none, the run's, unless these may be another model's.

    Of a metric that isn't `named` itself, two values are enough to see that it was logged twice.
    """
    most = MAX_CACHED_RUNS if named else 2
    if own:
        return _kept(key, own, most)
    query = {"run_id": run, "metric_key": key, "max_results": str(MAX_CACHED_RUNS)}
    found = await mlflow.find("metrics/get-history", **query)
    with plausible():
        values = [one["value"] for one in (found or {}).get("metrics", [])]
    if values and mixed:
        return Metric(key=key, count=len(values), values=(), trouble=_WHOSE.format(key))
    return _kept(key, values, most)


def _kept(key: str, values: list[Any], most: int) -> Metric:
    told = tuple(one_line(str(one), MAX_VALUE_CHARS) for one in values[:most])
    return Metric(key=key, count=len(values), values=told)


_WHOSE = "The run has several models, so {} could belong to any of them. Log it with this version's model_id."
