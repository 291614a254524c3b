"""MLflow: what is known of a model's versions, and the alias that says which of them is live."""

from integrations.mlflow.client import MLflow, MLflowLogin, open_mlflow
from integrations.mlflow.registry import MLflowRegistry
from integrations.mlflow.target import AliasTarget

__all__ = ["AliasTarget", "MLflow", "MLflowLogin", "MLflowRegistry", "open_mlflow"]
