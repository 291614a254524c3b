"""MLflow as a source of evidence."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from integrations.egress import Reach
from integrations.evidence.source import EvidenceSource, OpenSource, SourceAddress
from integrations.mlflow import AliasTarget, MLflowLogin, MLflowRegistry, open_mlflow


@asynccontextmanager
async def _open(
    address: SourceAddress, reach: Reach, now: Callable[[], datetime]
) -> AsyncIterator[OpenSource]:
    login = MLflowLogin(address.token, address.username, address.password)
    async with open_mlflow(address.url, login, reach) as mlflow:
        registry = MLflowRegistry(mlflow, now)
        try:
            yield OpenSource(registry, {"alias": AliasTarget(mlflow)})
        finally:
            await registry.close()


MLFLOW = EvidenceSource(
    "mlflow", _open, ("alias",), "MLflow isn't set up. Ask an operator to set MLFLOW_TRACKING_URI."
)
