"""The systems whose runs access can end with, as the settings name them."""

from collections.abc import Mapping

from bot.settings import Settings
from integrations.runs import RunAddress
from workflows.access.runs import MLFLOW


def run_addresses(settings: Settings) -> Mapping[str, RunAddress]:
    """Where each kind of run is known; empty if none is set up."""
    if not settings.mlflow_tracking_uri:
        return {}
    address = RunAddress(
        str(settings.mlflow_tracking_uri),
        settings.mlflow_tracking_token,
        settings.mlflow_tracking_username,
        settings.mlflow_tracking_password,
    )
    return {MLFLOW: address}
