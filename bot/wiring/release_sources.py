"""Where the sources of releases are, by the settings; None for one that isn't set up."""

from collections.abc import Mapping

from bot.settings import Settings
from integrations.evidence import SourceAddress
from workflows.policy.terms.releases import EvidenceSource


def source_addresses(settings: Settings) -> Mapping[EvidenceSource, SourceAddress | None]:
    """The address of each source."""
    return {
        "mlflow": _mlflow(settings),
        "github": _github(settings),
        "sagemaker": _sagemaker(settings),
        "unity-catalog": _unity_catalog(settings),
    }


def _mlflow(settings: Settings) -> SourceAddress | None:
    if not settings.mlflow_tracking_uri:
        return None
    return SourceAddress(
        "mlflow",
        str(settings.mlflow_tracking_uri),
        settings.mlflow_tracking_token,
        settings.mlflow_tracking_username,
        settings.mlflow_tracking_password,
    )


def _github(settings: Settings) -> SourceAddress | None:
    if settings.daypass_github_app is None:
        return None
    url, key = str(settings.daypass_github_url), settings.daypass_github_key_file
    return SourceAddress("github", url, app=settings.daypass_github_app, key=key)


def _sagemaker(settings: Settings) -> SourceAddress | None:
    region, key = settings.daypass_sagemaker_region, settings.daypass_sagemaker_key_file
    if region is None:
        return None
    url = settings.daypass_sagemaker_url or f"https://api.sagemaker.{region}.amazonaws.com"
    return SourceAddress("sagemaker", str(url), key=key, region=region)


def _unity_catalog(settings: Settings) -> SourceAddress | None:
    url, key = settings.daypass_databricks_url, settings.daypass_databricks_token_file
    return SourceAddress("unity-catalog", str(url), key=key) if url else None
