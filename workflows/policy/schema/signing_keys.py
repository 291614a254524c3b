"""Public keys that a policy trusts for models' signatures: ECDSA on P-256."""

import base64
import binascii
from datetime import datetime
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import AfterValidator

from workflows.policy.fields import Moment, wrong
from workflows.policy.schema.block import Block
from workflows.policy.terms.snapshot import Snapshot


def key_of(text: str) -> EllipticCurvePublicKey:
    """Read a key: the base64 of its DER. Raises ValueError if it isn't one on P-256."""
    key = load_der_public_key(base64.b64decode(text, validate=True))
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("not a key on P-256")
    return key


def _is_key(text: str) -> str:
    try:
        key_of(text)
    except (ValueError, binascii.Error):
        meant = "copy the line between BEGIN and END PUBLIC KEY, joined; it begins with MFkw"
        raise wrong(f"{text[:60]!r} isn't a public key on P-256 (prime256v1)", meant) from None
    return text


class SigningKeyBlock(Block):
    """A key, and until when what it signed counts; without `until`, as long as it is in the policy."""

    key: Annotated[str, AfterValidator(_is_key)]
    until: Moment | None = None


class SigningKeyTerms(Snapshot):
    """The same, as kept with a release."""

    key: str
    until: datetime | None = None
