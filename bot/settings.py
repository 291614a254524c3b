"""Reads the environment, once, at start; each missing or wrong setting gets one sentence."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AnyHttpUrl,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.setting_github import github_fault
from bot.setting_live_metrics import READING, LiveMetricSettings
from bot.setting_mlflow import mlflow_fault
from bot.setting_scim import read_tokens
from bot.setting_sentences import sentence_of
from bot.setting_sign_in import sign_in_fault
from bot.setting_sources import SourceSettings
from bot.setting_tickets import read_sources
from bot.setting_urls import attestation_fault, bare_address, calendar_fault, sent_in_clear, whole_host
from integrations.egress import read_reach
from integrations.event_sinks import EventSinkAddresses
from integrations.sinks import SinkAddresses
from integrations.targets import target_fault
from integrations.tickets import TicketAddress
from integrations.witnesses import NamedWitnesses
from workflows.database.store import MAX_CONNECTIONS, MIN_CONNECTIONS


class SettingsError(Exception):
    """The settings are incomplete or wrong; each line names one and says what to do."""


class Settings(LiveMetricSettings, SourceSettings, BaseSettings):
    """Daypass's configuration, under the field's own names."""

    model_config = READING  # of several bases, the last one's would count

    slack_bot_token: SecretStr
    slack_signing_secret: SecretStr
    slack_api_url: AnyHttpUrl = AnyHttpUrl("https://slack.com/api/")
    database_url: SecretStr = SecretStr("sqlite:///daypass.db")
    daypass_database_connections: Annotated[int, Field(ge=MIN_CONNECTIONS)] = MAX_CONNECTIONS
    vault_addr: AnyHttpUrl
    vault_token: SecretStr | None = None
    vault_role_id: str | None = None
    vault_secret_id: SecretStr | None = None
    vault_high_role_id: str | None = None
    vault_high_secret_id: SecretStr | None = None
    vault_cacert: Path | None = None
    vault_namespace: str | None = None
    mlflow_tracking_uri: AnyHttpUrl | None = None
    mlflow_tracking_token: SecretStr | None = None
    mlflow_tracking_token_file: FilePath | None = None
    mlflow_tracking_username: str | None = None
    mlflow_tracking_password: SecretStr | None = None
    mlflow_tracking_password_file: FilePath | None = None
    daypass_mlflow_webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    daypass_bundle: Path
    daypass_vault_token_role: str = "daypass"
    daypass_vault_high_token_role: str = "daypass-high"
    daypass_transit_mount: str = "transit"
    daypass_transit_key: str = "daypass-log"
    daypass_attestation_key: str | None = None
    daypass_checkpoint_seconds: Annotated[float, Field(ge=0.2)] = 60.0
    daypass_watch_seconds: Annotated[float, Field(ge=0.2)] = 60.0
    daypass_clock_alarm_seconds: Annotated[float, Field(ge=1)] = 2.0
    daypass_clock_refuse_seconds: Annotated[float, Field(ge=1)] = 30.0
    daypass_directory_stale_seconds: Annotated[float, Field(ge=1)] = 900.0
    daypass_artifact_seconds: Annotated[float, Field(ge=1)] = 3600.0
    daypass_kubernetes_url: AnyHttpUrl | None = None
    daypass_kubernetes_token_file: Path | None = None
    daypass_kubernetes_cacert: FilePath | None = None
    daypass_pagerduty_url: AnyHttpUrl = AnyHttpUrl("https://api.pagerduty.com")
    daypass_pagerduty_token: SecretStr | None = None
    daypass_incident_io_url: AnyHttpUrl = AnyHttpUrl("https://api.incident.io")
    daypass_incident_io_key: SecretStr | None = None
    daypass_opsgenie_url: AnyHttpUrl = AnyHttpUrl("https://api.opsgenie.com")
    daypass_opsgenie_key: SecretStr | None = None
    daypass_calendars: Annotated[dict[str, SecretStr], NoDecode] = {}
    daypass_on_call_stale_seconds: Annotated[float, Field(ge=1)] = 900.0
    daypass_private_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    daypass_log_sinks: Annotated[SinkAddresses, NoDecode] = ()
    daypass_event_sinks: Annotated[EventSinkAddresses, NoDecode] = {}
    daypass_witnesses: Annotated[NamedWitnesses, NoDecode] = ()
    daypass_github_url: AnyHttpUrl = AnyHttpUrl("https://api.github.com")
    daypass_github_app: str | None = None
    daypass_github_key_file: FilePath | None = None
    daypass_github_webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    daypass_health_token: SecretStr | None = None
    daypass_scim_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    daypass_scim_hold_above: Annotated[int, Field(ge=1)] | None = None
    daypass_scim_hold_window_seconds: Annotated[float, Field(ge=1)] = 3600.0
    daypass_scim_silent_seconds: Annotated[float, Field(ge=60)] | None = None
    daypass_max_pending: Annotated[int, Field(ge=1)] = 20
    daypass_max_started_per_hour: Annotated[int, Field(ge=1)] = 60
    daypass_max_refusals_per_minute: Annotated[int, Field(ge=1)] = 30
    daypass_url: AnyHttpUrl | None = None
    daypass_oidc_issuer: AnyHttpUrl | None = None
    daypass_oidc_client_id: str | None = None
    daypass_oidc_client_secret: SecretStr | None = None
    daypass_oidc_cli_client_id: str | None = None
    daypass_oidc_trust_email: bool = False
    daypass_targets: Annotated[dict[str, SecretStr], NoDecode] = {}
    daypass_tickets: Annotated[dict[str, TicketAddress], NoDecode] = {}
    daypass_bundle_values: Annotated[dict[str, str], NoDecode] = {}

    @field_validator("slack_bot_token")
    @classmethod
    def _looks_like_a_bot_token(cls, token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith("xoxb-"):
            raise ValueError(
                "this isn't a bot token; copy the one that begins with xoxb- from OAuth & Permissions in your Slack app"
            )
        return token

    @field_validator("slack_signing_secret")
    @classmethod
    def _is_not_empty(cls, secret: SecretStr) -> SecretStr:
        if not secret.get_secret_value().strip():
            raise ValueError(
                "this is empty; copy the signing secret from Basic Information in your Slack app"
            )
        return secret

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, url: SecretStr) -> SecretStr:
        try:
            backend = make_url(url.get_secret_value()).get_backend_name()
        except (ArgumentError, ValueError):
            backend = "nothing"
        if backend not in ("sqlite", "postgresql", "postgres"):
            raise ValueError(
                "this isn't a SQLite URL (sqlite:///daypass.db) or a PostgreSQL URL (postgresql://…)"
            )
        return url

    @field_validator("daypass_url")
    @classmethod
    def _hides_cookies(cls, url: AnyHttpUrl | None) -> AnyHttpUrl | None:
        if url and sent_in_clear(url):
            raise ValueError(
                "session cookies would be readable on the network over http://; "
                "use an https:// address, with TLS in front of Daypass"
            )
        return whole_host(url) if url else url

    @field_validator(
        "vault_addr",
        "mlflow_tracking_uri",
        "daypass_kubernetes_url",
        "daypass_github_url",
        "daypass_oidc_issuer",
        "daypass_pagerduty_url",
        "daypass_incident_io_url",
        "daypass_opsgenie_url",
        "slack_api_url",
    )
    @classmethod
    def _hides_what_is_said(cls, url: AnyHttpUrl | None) -> AnyHttpUrl | None:
        return bare_address(url) if url else url

    @field_validator("daypass_private_hosts", mode="before")
    @classmethod
    def _are_hosts(cls, hosts: object) -> object:
        names = hosts.replace(",", " ").split() if isinstance(hosts, str) else hosts
        if isinstance(names, list | tuple):
            read_reach(str(name) for name in names)
        return names

    @field_validator(
        "daypass_scim_tokens",
        "daypass_github_webhook_secrets",
        "daypass_mlflow_webhook_secrets",
        mode="before",
    )
    @classmethod
    def _are_scim_tokens(cls, tokens: object) -> object:
        return read_tokens(tokens)

    @field_validator("daypass_bundle")
    @classmethod
    def _is_a_directory(cls, bundle: Path) -> Path:
        if not bundle.is_dir():
            raise ValueError(f"{bundle} isn't a directory; set this to the directory of your policy bundle")
        return bundle

    @field_validator("daypass_bundle_values", mode="before")
    @classmethod
    def _is_json(cls, values: object) -> object:
        try:
            read = json.loads(values) if isinstance(values, str) else values
        except ValueError:
            read = None
        if not isinstance(read, dict) or not all(isinstance(text, str) for text in read.values()):
            raise ValueError(
                'this must be a JSON object of strings, such as {"WAREHOUSE_HOST": "db.example"}'
            )
        return read

    @field_validator("daypass_tickets", mode="before")
    @classmethod
    def _are_ticket_systems(cls, sources: object) -> object:
        return read_sources(sources)

    @field_validator("daypass_targets", "daypass_calendars", mode="before")
    @classmethod
    def _is_json_of_urls(cls, urls: object, info: ValidationInfo) -> object:
        try:
            read = json.loads(urls) if isinstance(urls, str) else urls
        except ValueError:
            read = None
        if not isinstance(read, dict):
            target = info.field_name == "daypass_targets"
            example = '"warehouse": "postgresql://…"' if target else '"ranking": "https://…"'
            raise ValueError(f"this must be a JSON object of URLs, such as {{{example}}}")
        return read

    @field_validator("daypass_calendars")
    @classmethod
    def _are_protected(cls, calendars: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, url in calendars.items():
            if fault := calendar_fault(url.get_secret_value()):
                raise ValueError(f"the URL of {name} {fault}")
        return calendars

    @field_validator("daypass_targets")
    @classmethod
    def _can_be_asked(cls, targets: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, url in targets.items():
            if fault := target_fault(url.get_secret_value()):
                raise ValueError(f"the URL of {name} {fault}")
        return targets

    @model_validator(mode="after")
    def _sign_in_is_whole(self) -> Self:
        attesting = attestation_fault(self.daypass_attestation_key, self.daypass_url)
        if fault := sign_in_fault(self) or attesting or github_fault(self) or mlflow_fault(self):
            raise ValueError(fault)
        return self

    @field_validator("vault_secret_id")
    @classmethod
    def _can_log_in_to_vault(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if (secret and info.data.get("vault_role_id")) or info.data.get("vault_token"):
            return secret
        raise ValueError("set this together with VAULT_ROLE_ID (or set VAULT_TOKEN to try things out)")

    @field_validator("vault_high_secret_id")
    @classmethod
    def _can_log_in_for_high_risk(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if bool(secret) != bool(info.data.get("vault_high_role_id")):
            raise ValueError(
                "set this together with VAULT_HIGH_ROLE_ID; without both, Daypass can't create credentials "
                "for high-risk and critical access"
            )
        return secret


def read_settings() -> Settings:
    """Read the environment. Raises SettingsError with a sentence for each setting that is missing or wrong."""
    with _said_plainly():
        return Settings()  # type: ignore[call-arg]


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise SettingsError("\n".join(sentence_of(dict(fault)) for fault in error.errors())) from None
