"""MLflow: what is known of versions of models, prompts and judges, and the aliases that say which of them is live."""

from integrations.mlflow.client import MLflow, open_mlflow
from integrations.mlflow.credentials import MLflowLogin
from integrations.mlflow.judges import JudgeAlias, JudgeRegistry
from integrations.mlflow.prompts import PromptRegistry
from integrations.mlflow.registry import MLflowRegistry
from integrations.mlflow.target import AliasTarget

__all__ = [
    "AliasTarget",
    "JudgeAlias",
    "JudgeRegistry",
    "MLflow",
    "MLflowLogin",
    "MLflowRegistry",
    "PromptRegistry",
    "open_mlflow",
]
