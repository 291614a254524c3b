"""A passkey as its events have made it: whose it is, what verifies what it signs, and how far one may rely on it."""

import base64
import hashlib
from datetime import datetime
from typing import Literal, get_args

from workflows.workflow import Part, State

KIND = "pky"
NAME = "passkey"
Status = Literal["waiting", "active", "removed"]
EVERY: tuple[Status, ...] = get_args(Status)
IN_FORCE: frozenset[str] = frozenset({"active"})
How = Literal["by its owner", "by an operator", "not confirmed in time"]
"""How a passkey is removed."""


class Signed(Part):
    """What a passkey signed: a WebAuthn assertion (https://www.w3.org/TR/webauthn-3/), with what verifies it.

    All bytes are base64url without padding. `public_key` is a SubjectPublicKeyInfo (RFC 5280) in DER. `nonce` and
    `made_at` are of the text whose SHA-256 was the challenge; the rest of that text is known from where this stands.
    """

    passkey: str
    credential: str
    public_key: str
    authenticator_data: str
    client_data: str
    signature: str
    nonce: str
    made_at: datetime


class Use(Part):
    """That it signed this challenge (SHA-256, in hex)."""

    challenge: str
    at: datetime


class Passkey(State):
    """`rp` and `origin` are of the console in which it was added: what it signs has to be for these."""

    status: Status
    owner: str
    name: str
    credential: str
    public_key: str
    rp: str
    origin: str
    count: int
    """The highest signature count that it has shown; 0 if it keeps none."""
    at: datetime
    active_since: datetime | None = None
    """From its confirmation on."""
    vouched_by: str | None = None
    """The passkey of the same person that signed for it; None for a first one."""
    confirmed_by: str | None = None
    recent: tuple[Use, ...] = ()
    """What it has signed lately: whatever is older can't be taken again anyway."""


def passkey_id(credential: str) -> str:
    """Give the subject of the passkey with this credential id (base64url): a credential is one passkey."""
    digest = base64.b32encode(hashlib.sha256(credential.encode()).digest()).decode()
    return f"{KIND}_{digest[:26]}"


def user_handle(person: str) -> bytes:
    """Make what an authenticator keeps of the person: 32 bytes that tell nobody who it is."""
    return hashlib.sha256(f"daypass/passkey-user/v1/{person}".encode()).digest()
