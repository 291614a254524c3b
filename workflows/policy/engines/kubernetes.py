"""Tokens of Kubernetes service accounts. An API server accepts one until its `exp`, or its account is gone.

https://openbao.org/docs/secrets/kubernetes/; TokenRequest makes none for less than ten minutes
(https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/).
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from workflows.policy.engines.contract import Engine, Made, Unfit

_GENERATED = re.compile(r"v-.+-\d{10}-[a-z0-9]+")
"""Names of accounts that the engine makes by itself, by its default template."""


def _read(data: Mapping[str, Any]) -> Made:
    account = f"{data.get('service_account_namespace')}/{data.get('service_account_name')}"
    return Made(account, _expiry(str(data.get("service_account_token", ""))))


def _read_generated(data: Mapping[str, Any]) -> Made:
    made = _read(data)
    if not _GENERATED.fullmatch(str(data.get("service_account_name"))):
        raise Unfit(
            f"The service account {made.account} wasn't made for this credential, so it stays when the lease "
            "is revoked, and the token works on. Write “engine: kubernetes” in the policy bundle.",
            lasting=True,
            validity=made.validity,
        )
    return made


def _expiry(token: str) -> datetime:
    """The claim `exp` (RFC 7519, 4.1.4). Only read: whether the signature is good, the API server says."""
    try:
        claims = token.split(".")[1]
        payload = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return datetime.fromtimestamp(int(payload["exp"]), UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError):
        raise Unfit(
            "The answer has no service account token with an expiry. "
            "Give a path such as kubernetes/creds/my-role.",
            lasting=bool(token),
        ) from None


KUBERNETES = Engine(
    "kubernetes",
    ("kubernetes/",),
    ("creds",),
    "Kubernetes tokens",
    revocable=False,
    takes_ttl=True,
    shortest=600,
    # An API server allows a minute for clocks and remembers for ten seconds whom it has let in.
    grace=70,
    read=_read,
)
KUBERNETES_ACCOUNT = replace(
    KUBERNETES,
    name="kubernetes-account",
    paths=(),
    makes="Kubernetes service accounts",
    revocable=True,
    read=_read_generated,
)
