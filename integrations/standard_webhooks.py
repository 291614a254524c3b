"""Messages signed by the scheme of Standard Webhooks, which Daypass sends and takes.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pydantic import SecretStr
from standardwebhooks import Webhook

PREFIX = "whsec_"
LEAST_KEY_BYTES = 24
MOST_KEY_BYTES = 64
TOLERANCE_SECONDS = 300
"""By which a message's time and Daypass's clock may differ."""
MAX_SIGNATURES = 10
"""Signatures of one message that are looked at; one for each secret of the sender."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Without a dot, so that a signed text can be taken apart in one way only."""
_TIMESTAMP = re.compile(r"[0-9]{1,11}")


class Unsigned(Exception):
    """A message isn't signed with a secret that is known, or not now."""


def secret_fault(secret: str) -> str | None:
    """Say what is wrong with a secret; None if nothing is."""
    made = "make one with `echo whsec_$(openssl rand -base64 32)`"
    if not secret.startswith(PREFIX):
        return f"a secret doesn't begin with {PREFIX}; {made}"
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (ValueError, binascii.Error):
        return f"a secret isn't valid base64; {made}"
    if not LEAST_KEY_BYTES <= len(key) <= MOST_KEY_BYTES:
        return f"a secret needs {LEAST_KEY_BYTES} to {MOST_KEY_BYTES} bytes; {made}"
    return None


def signed(body: bytes, secrets: Sequence[SecretStr], id: str, now: datetime) -> dict[str, str]:
    """The headers of a message, with a signature by each of the secrets: its receiver needs to know one of them."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(_signature(body, one, id, now) for one in secrets),
    }


def id_of_signed(body: bytes, headers: Mapping[str, str], secrets: Sequence[SecretStr], now: datetime) -> str:
    """The id of a message that one of the secrets signed, within five minutes of now; compared in constant time.

    Raises Unsigned. Names of `headers` are in lower case.
    """
    id, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(id) or not _TIMESTAMP.fullmatch(sent):
        raise Unsigned("The headers webhook-id and webhook-timestamp are missing or wrong.")
    at = datetime.fromtimestamp(int(sent), UTC)
    if abs((now - at).total_seconds()) > TOLERANCE_SECONDS:
        raise Unsigned("The webhook was signed more than five minutes ago, or its clock is wrong.")
    given = headers.get("webhook-signature", "").split(" ")[:MAX_SIGNATURES]
    rights = [_signature(body, one, id, at) for one in secrets]
    if not any(hmac.compare_digest(right.encode(), one.encode()) for right in rights for one in given):
        raise Unsigned("The signature is missing or wrong.")
    return id


def _signature(body: bytes, secret: SecretStr, id: str, at: datetime) -> str:
    """Raises Unsigned for bytes that aren't text, which the scheme doesn't sign."""
    try:
        return Webhook(secret.get_secret_value()).sign(id, at, body.decode())
    except UnicodeDecodeError:
        raise Unsigned("The body isn't UTF-8.") from None
