"""Checks the settings with which Daypass gets into MLflow, and MLflow's webhooks into Daypass."""

from typing import Protocol


class MLflowSettings(Protocol):
    """What of the settings is about MLflow; each may be missing."""

    @property
    def mlflow_tracking_uri(self) -> object: ...

    @property
    def mlflow_tracking_token(self) -> object: ...

    @property
    def mlflow_tracking_token_file(self) -> object: ...

    @property
    def mlflow_tracking_username(self) -> object: ...

    @property
    def mlflow_tracking_password(self) -> object: ...

    @property
    def mlflow_tracking_password_file(self) -> object: ...

    @property
    def daypass_mlflow_webhook_secrets(self) -> object: ...


def mlflow_fault(settings: MLflowSettings) -> str | None:
    """Say what doesn't go together; None if all of it does."""
    tokens = (settings.mlflow_tracking_token, settings.mlflow_tracking_token_file)
    passwords = (settings.mlflow_tracking_password, settings.mlflow_tracking_password_file)
    if all(tokens):
        return "set MLFLOW_TRACKING_TOKEN or MLFLOW_TRACKING_TOKEN_FILE, not both"
    if all(passwords):
        return "set MLFLOW_TRACKING_PASSWORD or MLFLOW_TRACKING_PASSWORD_FILE, not both"
    if bool(settings.mlflow_tracking_username) != any(passwords):
        return "MLflow's login needs MLFLOW_TRACKING_USERNAME with MLFLOW_TRACKING_PASSWORD or MLFLOW_TRACKING_PASSWORD_FILE"
    if any(tokens) and any(passwords):
        return "set MLflow's token, or its user and password, not both"
    if settings.daypass_mlflow_webhook_secrets and not settings.mlflow_tracking_uri:
        return "set MLFLOW_TRACKING_URI as well as DAYPASS_MLFLOW_WEBHOOK_SECRETS"
    return None
