"""Reads where live metrics are, from the setting that holds it."""

from typing import Annotated

from pydantic import TypeAdapter, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.setting_systems import Name, System, bare_url, read_systems
from integrations.live_metrics import METRICS_KINDS, MetricsAddress
from workflows.policy.schema.live_checks import MLFLOW

EXAMPLE = '{"prometheus": {"kind": "prometheus", "url": "https://prometheus.example", "token": "…"}}'
READING = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True)
"""How settings are read: an empty variable isn't set, and no error shows what was given."""
_SYSTEMS = TypeAdapter(dict[Name, System])


class LiveMetricSettings(BaseSettings):
    """The setting, for `Settings` to have among its own."""

    model_config = READING

    daypass_live_metrics: Annotated[dict[str, MetricsAddress], NoDecode] = {}

    @field_validator("daypass_live_metrics", mode="before")
    @classmethod
    def _are_systems(cls, systems: object) -> object:
        return read_metrics(systems)


def read_metrics(given: object) -> dict[str, MetricsAddress]:
    """The addresses by name, from JSON. Raises ValueError with a sentence that holds no secret."""
    return read_systems(given, _SYSTEMS, MetricsAddress, _address, EXAMPLE)


def _address(name: str, system: System) -> MetricsAddress:
    if name == MLFLOW:
        raise ValueError(f"“{MLFLOW}” is MLflow itself, which has settings of its own; use another name")
    url = bare_url(name, system, METRICS_KINDS, f"what {name} is asked")
    return MetricsAddress(system.kind, url, system.username, system.token)
