"""Runs that watch a version: what was measured about it, in an experiment that the policy names."""

from integrations.mlflow.client import MLflow, Refusal, plausible
from integrations.mlflow.fields import as_text
from integrations.mlflow.lineage import LoggedModel
from integrations.mlflow.runs import read_run
from workflows.releases.evidence import Observation, Order

ABOUT = "daypass.version"
"""Tag of a run that watches a version: `<model>/<version>`."""


async def observed(mlflow: MLflow, order: Order, model: LoggedModel | None) -> tuple[Observation, ...]:
    """What the newest finished run in each experiment measured of the version. Raises Retryable or Permanent."""
    return tuple([await _observed(mlflow, order, *one, model) for one in order.observed])


async def experiment_named(mlflow: MLflow, name: str) -> str | None:
    """The experiment's id; None if there is none. Raises Retryable or Permanent."""
    found = await mlflow.find("experiments/get-by-name", experiment_name=name)
    if found is None:
        return None
    with plausible():
        return as_text(found["experiment"]["experiment_id"])


async def newest_run(mlflow: MLflow, experiment: str, order: Order) -> str:
    """The id of the newest finished run about the version; empty if none is. Raises Retryable or Permanent."""
    query = {
        "experiment_ids": [experiment],
        "filter": f"tags.`{ABOUT}` = '{order.model}/{order.version}' and attributes.status = 'FINISHED'",
        "order_by": ["attributes.end_time DESC"],
        "max_results": 1,
    }
    try:
        runs = (await mlflow.send("POST", "runs/search", query)).get("runs", [])
    except Refusal as refusal:
        raise refusal.explained() from None
    with plausible():
        return as_text(runs[0]["info"]["run_id"]) if runs else ""


async def _observed(
    mlflow: MLflow, order: Order, experiment: str, metric: str, model: LoggedModel | None
) -> Observation:
    id = await experiment_named(mlflow, experiment)
    newest = await newest_run(mlflow, id, order) if id else ""
    run = await read_run(mlflow, newest, (metric,), model, watching=True)
    return Observation(experiment=experiment, run=None if run and run.deleted else run)
