"""Verifies an attestation offline, as whoever admits a model to where it runs has to."""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from workflows.releases.attestation.dsse import AttestationError, key_id, read_envelope, signer_of
from workflows.releases.attestation.statement import APPROVED_FOR, BUNDLE, read_statement
from workflows.releases.attestation.tree import ALGORITHM
from workflows.text import one_line


@dataclass(frozen=True)
class Expected:
    """What has to be approved, besides these bytes. None: it doesn't matter."""

    service: str | None = None
    environment: str | None = None
    policy: str | None = None
    """The bundle's digest, in hex."""


@dataclass(frozen=True)
class Attested:
    """What was found to be attested, by a key that is trusted, of exactly these bytes."""

    resource: str
    verifier: str
    at: str
    policy: str
    environments: tuple[str, ...]
    key: str


def verify_attestation(
    text: str | bytes, digest: str, keys: Sequence[EllipticCurvePublicKey], expected: Expected
) -> Attested:
    """Verify that one of the keys attests the artifact with this tree digest. Raises AttestationError."""
    envelope = read_envelope(text)
    key = signer_of(envelope, keys)
    if key is None:
        raise AttestationError("It isn't signed with a key that was given.")
    statement = read_statement(envelope)
    predicate = statement["predicate"]
    if predicate["verificationResult"] != "PASSED":
        raise AttestationError(f"The verdict is {one_line(predicate['verificationResult'], 40)}, not PASSED.")
    if digest not in [one["digest"].get(ALGORITHM) for one in statement["subject"]]:
        raise AttestationError("The artifact isn't the approved one: its files have another digest.")
    environments = tuple(
        level.removeprefix(APPROVED_FOR)
        for level in predicate["verifiedLevels"]
        if level.startswith(APPROVED_FOR)
    )
    found = Attested(
        resource=predicate["resourceUri"],
        verifier=predicate["verifier"]["id"],
        at=predicate["timeVerified"],
        policy=str((predicate["policy"].get("digest") or {}).get(BUNDLE, "")),
        environments=environments,
        key=key_id(key),
    )
    _as_expected(found, predicate["policy"]["uri"], expected)
    return found


def _as_expected(found: Attested, policy: str, expected: Expected) -> None:
    if expected.service is not None and policy != f"{found.verifier}/services/{expected.service}":
        raise AttestationError(f"It wasn't approved for the service {expected.service}.")
    if not found.environments:
        raise AttestationError("It doesn't say that anything was approved.")
    if expected.environment is not None and expected.environment not in found.environments:
        raise AttestationError(f"It wasn't approved for {expected.environment}.")
    if expected.policy is not None and expected.policy != found.policy:
        raise AttestationError("It was approved under another policy.")
