"""Verifies an OpenSSF model signature: a Sigstore bundle whose statement lists each file with its SHA-256.

Only signatures with a bare key are read, on P-256; certificates and transparency logs aren't. Every file but the signature
itself has to be listed: paths that its signer ignored count as added.

Source: https://github.com/ossf/model-signing-spec (version 1.0)
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workflows.policy.schema.signing_keys import key_of
from workflows.releases.attestation.dsse import AttestationError, Envelope, read_envelope, signer_of
from workflows.releases.evidence import MAX_FILES_NAMED, Signature

PREDICATE = "https://model_signing/signature/v1.0"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


def verify_model_signature(
    name: str, data: bytes, files: Mapping[str, str], keys: Sequence[str]
) -> Signature:
    """Compare the files (name → SHA-256 in hex) with what the signature `name` lists, and see which keys signed it."""
    try:
        envelope = _envelope(data)
        signed = _signed_files(envelope)
    except AttestationError as error:
        return Signature(file=name, trouble=f"{name} can't be read: {error}")
    there = {file: digest for file, digest in files.items() if file != name}
    return Signature(
        file=name,
        signed_by=tuple(key for key in keys if signer_of(envelope, [key_of(key)])),
        changed=_some(file for file in signed.keys() & there.keys() if signed[file] != there[file]),
        missing=_some(signed.keys() - there.keys()),
        added=_some(there.keys() - signed.keys()),
    )


def _some(names: Any) -> tuple[str, ...]:
    return tuple(sorted(names)[:MAX_FILES_NAMED])


def _envelope(data: bytes) -> Envelope:
    try:
        found = json.loads(data)
        return read_envelope(json.dumps(found["dsseEnvelope"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise AttestationError("it isn't a Sigstore bundle with a DSSE envelope.") from None


def _signed_files(envelope: Envelope) -> dict[str, str]:
    try:
        statement = json.loads(envelope.payload)
        kinds = (statement["predicateType"], envelope.payload_type)
        serialization, listed = statement["predicate"]["serialization"], statement["predicate"]["resources"]
        method = (serialization["method"], serialization["hash_type"])
        signed = {str(one["name"]): str(one["digest"]) for one in listed}
        algorithms = {one["algorithm"] for one in listed}
    except (ValueError, TypeError, KeyError, RecursionError):
        raise AttestationError("it lists no files.") from None
    if kinds != (PREDICATE, PAYLOAD_TYPE) or not signed or len(signed) != len(listed):
        raise AttestationError("it isn't a model signature of version 1.0.")
    if method != ("files", "sha256") or algorithms != {"sha256"}:
        raise AttestationError("it doesn't list files by SHA-256. Sign the model with that.")
    return signed
