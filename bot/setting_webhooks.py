"""Reads the secrets of webhooks: those that Daypass signs with, and those that others sign with."""

import json
import re
from typing import Annotated, Any

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from bot.setting_scim import read_tokens
from integrations.standard_webhooks import secret_fault

MOST_SECRETS = 2
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class WebhookSettings(BaseSettings):
    """The part of the settings that is about webhooks; one or two secrets each, during a rotation."""

    daypass_webhook_secret: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    daypass_release_webhooks: Annotated[dict[str, tuple[SecretStr, ...]], NoDecode] = {}

    daypass_rollout_tokens: Annotated[dict[str, tuple[SecretStr, ...]], NoDecode] = {}

    @field_validator("daypass_webhook_secret", mode="before")
    @classmethod
    def _can_sign(cls, given: object) -> object:
        return read_secrets(given)

    @field_validator("daypass_release_webhooks", mode="before")
    @classmethod
    def _are_machines(cls, given: object) -> object:
        return {name: read_secrets(one) for name, one in by_name(given, '{"nightly-training": "…"}').items()}

    @field_validator("daypass_rollout_tokens", mode="before")
    @classmethod
    def _are_clusters(cls, given: object) -> object:
        return {name: read_tokens(one) for name, one in by_name(given, '{"eu-1": "…"}').items()}


def by_name(given: object, example: str) -> dict[str, Any]:
    """Read a JSON object with such names. Raises ValueError, without what was given."""
    try:
        read = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        read = None
    if not isinstance(read, dict) or not all(
        isinstance(name, str) and _NAME.fullmatch(name) for name in read
    ):
        raise ValueError(f"this must be a JSON object, such as {example}")
    return read


def read_secrets(given: object) -> tuple[SecretStr, ...]:
    """Read one secret, or two separated by a space. Raises ValueError with what is wrong about them."""
    parts = given.split() if isinstance(given, str) else given
    if not isinstance(parts, list | tuple) or not all(isinstance(one, str | SecretStr) for one in parts):
        raise ValueError("this must be one secret, or two separated by a space")
    secrets = tuple(SecretStr(one) if isinstance(one, str) else one for one in parts)
    if len(secrets) > MOST_SECRETS:
        raise ValueError("set at most two secrets: the one in use, and the one that replaces it")
    for one in secrets:
        if fault := secret_fault(one.get_secret_value()):
            raise ValueError(fault)
    return secrets
