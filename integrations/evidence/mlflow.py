"""MLflow as sources of evidence: of its models (an agent is one), of its prompts, and of its judges."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from integrations.egress import Reach
from integrations.evidence.source import EvidenceSource, OpenSource, SourceAddress
from integrations.mlflow import (
    AliasTarget,
    JudgeAlias,
    JudgeRegistry,
    MLflow,
    MLflowLogin,
    MLflowRegistry,
    PromptRegistry,
    open_mlflow,
)

NOT_SET_UP = "MLflow isn't set up. Ask an operator to set MLFLOW_TRACKING_URI."


def _connected(address: SourceAddress, reach: Reach) -> AbstractAsyncContextManager[MLflow]:
    login = MLflowLogin(address.token, address.username, address.password, address.secret_file)
    return open_mlflow(address.url, login, reach)


@asynccontextmanager
async def _models(
    address: SourceAddress, reach: Reach, now: Callable[[], datetime]
) -> AsyncIterator[OpenSource]:
    async with _connected(address, reach) as mlflow:
        registry = MLflowRegistry(mlflow, now)
        try:
            yield OpenSource(registry, {"alias": AliasTarget(mlflow)})
        finally:
            await registry.close()


@asynccontextmanager
async def _prompts(
    address: SourceAddress, reach: Reach, now: Callable[[], datetime]
) -> AsyncIterator[OpenSource]:
    """A prompt's alias is a model's: MLflow gives both the same names."""
    async with _connected(address, reach) as mlflow:
        yield OpenSource(PromptRegistry(mlflow), {"alias": AliasTarget(mlflow)})


@asynccontextmanager
async def _judges(
    address: SourceAddress, reach: Reach, now: Callable[[], datetime]
) -> AsyncIterator[OpenSource]:
    async with _connected(address, reach) as mlflow:
        yield OpenSource(JudgeRegistry(mlflow), {"judge-alias": JudgeAlias(mlflow)})


MLFLOW = EvidenceSource("mlflow", _models, ("alias",), NOT_SET_UP)
PROMPTS = EvidenceSource("mlflow-prompts", _prompts, ("alias",), NOT_SET_UP)
JUDGES = EvidenceSource("mlflow-judges", _judges, ("judge-alias",), NOT_SET_UP)
