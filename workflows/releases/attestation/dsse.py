"""Reads, writes and verifies DSSE envelopes, signed with ECDSA on P-256 over SHA-256.

Source: https://github.com/secure-systems-lab/dsse (protocol.md and envelope.md, version 1.0.2)
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

MEDIA = "application/vnd.dsse.envelope.v1+json"
"""An envelope's media type."""
MAX_ENVELOPE_BYTES = 4_000_000
"""A signature over a model of 5,000 files has about 1.5 MB."""
MAX_SIGNATURES = 16


class AttestationError(Exception):
    """It isn't what it has to be; the message says what is wrong, for a person to read."""


@dataclass(frozen=True)
class Envelope:
    """A payload and who signed it: pairs of key id and signature (DER)."""

    payload_type: str
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]

    @property
    def text(self) -> str:
        """The envelope as JSON."""
        return json.dumps(
            {
                "payload": base64.b64encode(self.payload).decode(),
                "payloadType": self.payload_type,
                "signatures": [
                    {"keyid": key, "sig": base64.b64encode(signature).decode()}
                    for key, signature in self.signatures
                ],
            }
        )


def signed_message(payload_type: str, payload: bytes) -> bytes:
    """Give the bytes that are signed: DSSE's pre-authentication encoding, PAE."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def read_envelope(text: str | bytes) -> Envelope:
    """Read an envelope. Raises AttestationError."""
    if len(text) > MAX_ENVELOPE_BYTES:
        raise AttestationError(f"It is too large: the limit is {MAX_ENVELOPE_BYTES:,} bytes.")
    try:
        return _envelope(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise AttestationError("It isn't a DSSE envelope: payload, payloadType and signatures.") from None


def _envelope(found: dict[str, object]) -> Envelope:
    kind, payload, listed = found["payloadType"], found["payload"], found["signatures"]
    if not isinstance(kind, str) or not isinstance(payload, str) or not isinstance(listed, list):
        raise TypeError
    if len(listed) > MAX_SIGNATURES:
        raise ValueError
    signatures = tuple((str(one.get("keyid") or ""), _decoded(one["sig"])) for one in listed)
    return Envelope(kind, _decoded(payload), signatures)


def _decoded(text: str) -> bytes:
    """Base64, either alphabet: a verifier has to take both."""
    try:
        return base64.b64decode(text.translate({ord("-"): "+", ord("_"): "/"}), validate=True)
    except (binascii.Error, AttributeError):
        raise ValueError from None


def read_public_key(pem: bytes) -> EllipticCurvePublicKey:
    """Read a PEM public key. Raises AttestationError if it isn't one on P-256."""
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        raise AttestationError("The key isn't a public key in PEM.") from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise AttestationError("The key isn't an elliptic curve key on P-256 (prime256v1).")
    return key


def key_id(key: EllipticCurvePublicKey) -> str:
    """Name the key: the SHA-256 of its DER, in hex, as `openssl pkey -pubin -outform der | sha256sum` prints it."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def signer_of(envelope: Envelope, keys: Iterable[EllipticCurvePublicKey]) -> EllipticCurvePublicKey | None:
    """Find the first of the keys that signed the envelope. A key id in it is only a hint, and nothing goes by it."""
    message = signed_message(envelope.payload_type, envelope.payload)
    known = list(keys)
    for _, signature in envelope.signatures:
        for key in known:
            try:
                key.verify(signature, message, ECDSA(SHA256()))
            except InvalidSignature:
                continue
            return key
    return None
