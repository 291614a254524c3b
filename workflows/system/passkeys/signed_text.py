"""The texts whose SHA-256 a passkey signs as WebAuthn's challenge, as RFC 8785 (canonical JSON) in UTF-8.

docs/passkeys.md describes them, so that a stranger can make them again from the log.
"""

import hashlib
from datetime import UTC, datetime

import rfc8785

DECISION = "daypass-decision/1"
ENROLMENT = "daypass-passkey/1"


def decision_text(
    subject: str,
    digest: str,
    policy: str,
    verdict: str,
    approver: str,
    seconds: int | None,
    condition: str | None,
    nonce: str,
    made_at: datetime,
) -> bytes:
    """Write what an approver decides: `digest` is of all that the card shows, `condition` the digest of their own."""
    return rfc8785.dumps(
        {
            "format": DECISION,
            "subject": subject,
            "digest": digest,
            "policy": policy,
            "verdict": verdict,
            "approver": approver,
            "seconds": seconds,
            "condition": condition,
            "nonce": nonce,
            "time": spell_time(made_at),
        }
    )


def enrolment_text(
    person: str,
    credential: str,
    public_key: str,
    nonce: str,
    made_at: datetime,
) -> bytes:
    """Write what a new passkey, and an older one that vouches for it, sign when it is added."""
    return rfc8785.dumps(
        {
            "format": ENROLMENT,
            "person": person,
            "credential": credential,
            "public_key": public_key,
            "nonce": nonce,
            "time": spell_time(made_at),
        }
    )


def challenge_of(text: bytes) -> bytes:
    """Give the challenge, 32 bytes."""
    return hashlib.sha256(text).digest()


def spell_time(at: datetime) -> str:
    """Write a moment in UTC to the second, such as 2026-03-02T10:00:00Z."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
