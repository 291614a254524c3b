"""Reads where live metrics are, from the setting that holds it."""

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.setting_urls import sent_in_clear
from integrations.live_metrics import METRICS_KINDS, MetricsAddress
from workflows.policy.schema.live_checks import MLFLOW

EXAMPLE = '{"prometheus": {"kind": "prometheus", "url": "https://prometheus.example", "token": "…"}}'
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: str
    url: AnyHttpUrl
    username: str | None = None
    token: SecretStr | None = None


READING = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True)
"""How settings are read: an empty variable isn't set, and no error shows what was given."""
_SOURCES = TypeAdapter(dict[_Name, _Source])


class LiveMetricSettings(BaseSettings):
    """The setting, for `Settings` to have among its own."""

    model_config = READING

    daypass_live_metrics: Annotated[dict[str, MetricsAddress], NoDecode] = {}

    @field_validator("daypass_live_metrics", mode="before")
    @classmethod
    def _are_systems(cls, sources: object) -> object:
        return read_metrics(sources)


def read_metrics(given: object) -> dict[str, MetricsAddress]:
    """The addresses by name, from JSON. Raises ValueError with a sentence that holds no secret."""
    if isinstance(given, Mapping) and all(isinstance(one, MetricsAddress) for one in given.values()):
        return dict(given)
    try:
        read = _SOURCES.validate_python(json.loads(given) if isinstance(given, str) else given)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        where = " › ".join(str(one) for one in fault["loc"]) or "it"
        raise ValueError(f"{where}: {fault['msg'].lower()}; write it like {EXAMPLE}") from None
    except ValueError:
        raise ValueError(f"this must be a JSON object, such as {EXAMPLE}") from None
    return {name: _address(name, one) for name, one in read.items()}


def _address(name: str, source: _Source) -> MetricsAddress:
    if name == MLFLOW:
        raise ValueError(f"“{MLFLOW}” is MLflow itself, which has settings of its own; use another name")
    if source.kind not in METRICS_KINDS:
        raise ValueError(f"the kind of {name} has to be one of {', '.join(METRICS_KINDS)}")
    if sent_in_clear(source.url):
        raise ValueError(f"what {name} is asked would be readable on the network; use an https:// address")
    if source.url.username or source.url.password or source.url.query or source.url.fragment:
        raise ValueError(f"the url of {name} has more than an address; remove user, password, “?” and “#”")
    return MetricsAddress(source.kind, str(source.url).rstrip("/"), source.username, source.token)
