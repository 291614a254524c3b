"""AWS access keys. Never run against AWS: written from https://developer.hashicorp.com/vault/docs/secrets/aws.

Keys of an IAM user go when Vault deletes the user. What STS has made works until it expires.
"""

from collections.abc import Mapping
from typing import Any

from workflows.policy.engines.contract import CLOCKS_DIFFER_SECONDS, Engine, Made, Unfit

_FEDERATED = ("security_token", "session_token")


def _read_user(data: Mapping[str, Any]) -> Made:
    if any(data.get(name) for name in _FEDERATED):
        raise Unfit(
            "AWS made a session by STS, which nothing can revoke. "
            "Write “engine: aws-sts” in the policy bundle.",
            lasting=True,
        )
    return Made(str(data.get("access_key", "")) or None)


def _read_session(data: Mapping[str, Any]) -> Made:
    """How long it lives says its lease alone, which is as long as what AWS gave."""
    return Made(str(data.get("access_key", "")) or None)


AWS = Engine("aws", ("aws/creds/",), ("creds",), "AWS access keys", sessions="none", read=_read_user)
AWS_STS = Engine(
    "aws-sts",
    ("aws/sts/",),
    ("sts", "creds"),
    "AWS sessions",
    revocable=False,
    sessions="none",
    takes_ttl=True,
    shortest=900,
    grace=CLOCKS_DIFFER_SECONDS,
    read=_read_session,
)
