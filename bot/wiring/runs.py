"""The systems whose runs access can end with, as the settings name them."""

from collections.abc import Mapping

from bot.settings import Settings
from integrations.runs import RunAddress
from workflows.access.runs import KUBERNETES, MLFLOW


def run_addresses(settings: Settings) -> Mapping[str, RunAddress]:
    """Where each kind of run is known; empty if none is set up."""
    found: dict[str, RunAddress] = {}
    if settings.mlflow_tracking_uri:
        found[MLFLOW] = RunAddress(
            str(settings.mlflow_tracking_uri),
            settings.mlflow_tracking_token,
            settings.mlflow_tracking_username,
            settings.mlflow_tracking_password,
            settings.mlflow_tracking_token_file or settings.mlflow_tracking_password_file,
        )
    if settings.daypass_kubernetes_url:
        found[KUBERNETES] = RunAddress(
            str(settings.daypass_kubernetes_url),
            token_file=settings.daypass_kubernetes_token_file,
            authorities=settings.daypass_kubernetes_cacert,
        )
    return found
