"""Secrets that are there anyway, of the key-value engine's version 2: only changing one ends what was handed out.

https://openbao.org/docs/secrets/kv/kv-v2/
"""

from collections.abc import Mapping
from typing import Any

from workflows.policy.engines.contract import Engine, Made, Unfit

VERSION = "version "
"""What stands before the number of the version that was read, where other engines name an account."""

BY_CHANGE = ("change",)
"""What confirms an end: the secret has a newer version."""


def _read(data: Mapping[str, Any]) -> Made:
    metadata = data.get("metadata")
    version = metadata.get("version") if isinstance(metadata, dict) else None
    if not isinstance(data.get("data"), dict) or not isinstance(version, int) or version < 1:
        raise Unfit("The answer isn't a secret of the key-value engine's version 2, which keeps versions.")
    return Made(f"{VERSION}{version}")


def _secret(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(data["data"])


KV = Engine(
    "kv",
    ("kv/", "kv-v2/", "kvv2/", "secret/"),
    ("data",),
    "static secrets",
    revocable=False,
    static=True,
    leased=False,
    read=_read,
    secret=_secret,
    bounds=("{mount}/metadata/{role}",),
)
