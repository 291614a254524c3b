"""What the attestation of a release says: an in-toto statement with SLSA's verification summary as predicate.

Sources: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md,
https://slsa.dev/spec/v1.2/verification_summary
"""

import json
from datetime import UTC, datetime
from typing import Any, Protocol

import rfc8785

from workflows.releases.attestation.dsse import AttestationError, Envelope, read_envelope, signed_message
from workflows.releases.attestation.tree import ALGORITHM
from workflows.releases.gates.gate import evidence_digest
from workflows.releases.state import Release

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/verification_summary/v1"
BUILD_UNEVALUATED = "SLSA_BUILD_LEVEL_UNEVALUATED"
"""How the artifact was built is for others to attest."""
APPROVED_FOR = "DAYPASS_APPROVED_FOR_"
"""What the level begins with that names the environment."""
BUNDLE = "daypassBundle"
"""The algorithm of a policy bundle's digest, as `daypass check` prints it."""


class Attester(Protocol):
    """Signs attestations; the key never leaves Vault."""

    @property
    def verifier(self) -> str:
        """The URI under which this Daypass verifies: `verifier.id` in what it attests."""

    async def sign(self, message: bytes) -> tuple[str, bytes]:
        """The key's id and the ECDSA signature (DER) over SHA-256 of the message. Raises Retryable."""


def statement_of(state: Release, verifier: str) -> dict[str, Any] | None:
    """What can be attested of a release that was approved; None as long as it isn't, or if its files aren't known.

    What GitHub deploys is a commit, and has no files that anybody could compare with the digest.
    """
    if state.terms.source != "mlflow":
        return None
    if state.confirmed_at is None or state.evidence is None or not state.artifact_digest:
        return None
    terms = state.terms
    evidence = evidence_digest(state.results, state.evidence, state.exceptions)
    return {
        "_type": STATEMENT,
        "subject": [{"name": f"{terms.model}/{state.version}", "digest": {ALGORITHM: state.artifact_digest}}],
        "predicateType": PREDICATE,
        "predicate": {
            "verifier": {"id": verifier},
            "timeVerified": _spelled(state.confirmed_at),
            "resourceUri": f"models:/{terms.model}/{state.version}",
            "policy": {"uri": f"{verifier}/services/{terms.service}", "digest": {BUNDLE: terms.digest}},
            "inputAttestations": [
                {"uri": f"{verifier}/api/v1/releases/{state.id}", "digest": {"sha256": state.digest}},
                {"uri": f"{verifier}/api/v1/releases/{state.id}#evidence", "digest": {"sha256": evidence}},
            ],
            "verificationResult": "PASSED",
            "verifiedLevels": [BUILD_UNEVALUATED, f"{APPROVED_FOR}{terms.environment}"],
            "slsaVersion": "1.2",
        },
    }


def _spelled(at: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


async def attest(state: Release, attester: Attester) -> Envelope | None:
    """Sign what can be attested of the release. Raises Retryable."""
    statement = statement_of(state, attester.verifier)
    if statement is None:
        return None
    payload = rfc8785.dumps(statement)
    signed = await attester.sign(signed_message(PAYLOAD_TYPE, payload))
    return Envelope(PAYLOAD_TYPE, payload, (signed,))


def attests(text: str, state: Release) -> bool:
    """Whether an envelope says of the release exactly what its events say. Its signature isn't looked at."""
    try:
        envelope = read_envelope(text)
        verifier = verifier_of(envelope)
    except AttestationError:
        return False
    statement = statement_of(state, verifier)
    return (
        statement is not None
        and envelope.payload_type == PAYLOAD_TYPE
        and envelope.payload == rfc8785.dumps(statement)
        and bool(envelope.signatures)
    )


def verifier_of(envelope: Envelope) -> str:
    """The verifier that the envelope's statement names. Raises AttestationError."""
    return str(read_statement(envelope)["predicate"]["verifier"]["id"])


def read_statement(envelope: Envelope) -> dict[str, Any]:
    """Read the verification summary in an envelope. Raises AttestationError."""
    wrong = AttestationError("It isn't a verification summary: an in-toto statement with SLSA's predicate.")
    try:
        found = json.loads(envelope.payload)
        predicate, subjects = found["predicate"], found["subject"]
        kinds = (found["_type"], found["predicateType"], envelope.payload_type)
        texts = [
            predicate["verifier"]["id"],
            predicate["policy"]["uri"],
            *(predicate[name] for name in ("timeVerified", "resourceUri", "verificationResult")),
        ]
        levels, digests = predicate["verifiedLevels"], [one["digest"] for one in subjects]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise wrong from None
    plain = all(isinstance(one, str) for one in (*texts, *levels)) and isinstance(levels, list)
    if (
        kinds != (STATEMENT, PREDICATE, PAYLOAD_TYPE)
        or not plain
        or not all(isinstance(one, dict) for one in digests)
    ):
        raise wrong
    checked: dict[str, Any] = found
    return checked
