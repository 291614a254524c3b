"""Verifies what a passkey signed (WebAuthn Level 3, section 7.2), from the bytes alone: no clock, no database.

It refuses more than a library has to: two members of one name, a page within another site's, a passkey that didn't
verify its user.
"""

import binascii
import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from workflows.system.passkeys.state import Signed

ALGORITHMS = (-7, -8, -257)
"""ES256, EdDSA and RS256, as COSE numbers them (https://www.iana.org/assignments/cose): what a browser is asked for."""
MIN_RSA_BITS = 2048
PRESENT, VERIFIED = 0x01, 0x04
"""Flags: somebody was there, and the authenticator made sure who."""
FIXED = 37
"""Bytes of authenticator data before what is optional: 32 of the RP's hash, 1 of flags, 4 of the count."""

Fault = Literal[
    "unreadable",
    "other-key",
    "other-challenge",
    "other-origin",
    "user-not-verified",
    "bad-signature",
]


@dataclass(frozen=True)
class Verified:
    """A signature that holds, and the count that the authenticator gave with it; 0 if it keeps none."""

    count: int


def verify(
    signed: Signed, public_key: str, rp: str | None, origin: str | None, challenge: bytes
) -> Verified | Fault:
    """Tell whether this key signed this challenge, for this console, and verified its user.

    Without `rp` and `origin` it may be any console: that the key is its owner's says the passkey's own story.
    """
    if signed.public_key != public_key:
        return "other-key"
    try:
        data = decode(signed.authenticator_data)
        client = decode(signed.client_data)
        signature = decode(signed.signature)
        said = _client_data(client)
    except ValueError:
        return "unreadable"
    if said.get("challenge") != encode(challenge):
        return "other-challenge"
    within_another = said.get("crossOrigin", False) is not False or "topOrigin" in said
    ours = said.get("type") == "webauthn.get" and not within_another
    ours = ours and origin in (None, said.get("origin"))
    if len(data) < FIXED:
        return "unreadable"
    if not ours or (rp is not None and data[:32] != hashlib.sha256(rp.encode()).digest()):
        return "other-origin"
    if not data[32] & PRESENT or not data[32] & VERIFIED:
        return "user-not-verified"
    if not _holds(public_key, signature, data + hashlib.sha256(client).digest()):
        return "bad-signature"
    return Verified(int.from_bytes(data[33:FIXED], "big"))


def usable_key(public_key: str) -> bool:
    """Whether it is a public key of a kind that Daypass verifies."""
    try:
        key = load_der_public_key(decode(public_key))
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(key, EllipticCurvePublicKey):
        return isinstance(key.curve, SECP256R1)
    return isinstance(key, Ed25519PublicKey) or (
        isinstance(key, RSAPublicKey) and key.key_size >= MIN_RSA_BITS
    )


def encode(data: bytes) -> str:
    """Write bytes as base64url without padding (RFC 4648)."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    """Read base64url without padding, written in the one way that `encode` writes it. Raises ValueError."""
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
    if encode(data) != text:
        raise ValueError("not base64url")
    return data


def _client_data(data: bytes) -> dict[str, Any]:
    """Read what the browser says, each member once. Raises ValueError."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        read = dict(pairs)
        if len(read) != len(pairs):
            raise ValueError("a member stands twice")
        return read

    try:
        said = json.loads(data.decode("utf-8"), object_pairs_hook=once)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(said, dict):
        raise ValueError("not an object")
    return said


def _holds(public_key: str, signature: bytes, data: bytes) -> bool:
    if not usable_key(public_key):
        return False
    key = load_der_public_key(decode(public_key))
    try:
        if isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, data, ECDSA(SHA256()))
        elif isinstance(key, Ed25519PublicKey):
            key.verify(signature, data)
        elif isinstance(key, RSAPublicKey):
            key.verify(signature, data, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
