"""Runs of MLflow (https://mlflow.org/docs/latest/rest-api.html#get-run)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from integrations.egress import Reach
from integrations.mlflow import MLflow, MLflowLogin, open_mlflow
from integrations.mlflow.client import plausible
from integrations.mlflow.fields import as_text
from integrations.runs.kind import RunAddress, RunKind
from workflows.access.runs import MLFLOW, RunReading, Runs

GOING = frozenset({"RUNNING", "SCHEDULED"})
OVER = frozenset({"FINISHED", "FAILED", "KILLED"})
MAX_STATUS_CHARS = 60


class MLflowRuns:
    """The runs of one MLflow server."""

    def __init__(self, mlflow: MLflow) -> None:
        self._mlflow = mlflow

    async def read(self, id: str) -> RunReading:
        """Read the run; one that was deleted is missing. Raises Retryable or Permanent."""
        found = await self._mlflow.find("runs/get", run_id=id)
        if found is None:
            return RunReading("missing")
        with plausible():
            info = dict(found["run"])["info"]
            status, stage = as_text(info["status"], MAX_STATUS_CHARS), info.get("lifecycle_stage", "active")
            ended_at = info.get("end_time")
        if stage == "deleted":
            return RunReading("missing", said="deleted")
        if status in GOING:
            return RunReading("running", said=status)
        if status in OVER:
            return RunReading("over", said=status, ended_at=_moment(ended_at))
        return RunReading("unreadable", why=f"MLflow says that it is {status}, which Daypass doesn't know.")


def _moment(milliseconds: Any) -> datetime | None:
    """The moment that MLflow gives in milliseconds; None for what can't be one."""
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


@asynccontextmanager
async def _open(address: RunAddress, reach: Reach) -> AsyncIterator[Runs]:
    login = MLflowLogin(address.token, address.username, address.password, address.token_file)
    async with open_mlflow(address.url, login, reach) as mlflow:
        yield MLflowRuns(mlflow)


MLFLOW_RUNS = RunKind(MLFLOW, _open)
