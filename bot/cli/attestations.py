"""What `daypass release verify` does."""

from collections.abc import Sequence
from pathlib import Path

from bot.cli.output import MAX_LINE_CHARS, out
from workflows.releases.attestation.dsse import MAX_ENVELOPE_BYTES, AttestationError, read_public_key
from workflows.releases.attestation.tree import file_digests, tree_digest
from workflows.releases.attestation.verify import Expected, verify_attestation
from workflows.text import one_line

MAX_KEY_BYTES = 100_000


def verify(
    file: Path,
    artifact: Path,
    key: Sequence[Path],
    service: str | None,
    environment: str | None,
    policy: str | None,
) -> None:
    """Verify the attestation of these files, and print what it says. Raises AttestationError."""
    keys = [read_public_key(_read(path, MAX_KEY_BYTES)) for path in key]
    text = _read(file, MAX_ENVELOPE_BYTES)
    digest = tree_digest(file_digests(artifact))
    found = verify_attestation(text, digest, keys, Expected(service, environment, policy))
    for line in (
        f"OK: {found.resource} is approved for {', '.join(found.environments)}.",
        f"Approved by: {found.verifier}, {found.at}",
        f"Policy: {found.policy}",
        f"Artifact: dirHash {digest}",
        f"Key: SHA-256 {found.key}",
    ):
        out.print(one_line(line, MAX_LINE_CHARS), markup=False)


def _read(path: Path, most: int) -> bytes:
    """The file's bytes. Raises AttestationError if it can't be read or has more than `most` bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise AttestationError(f"A file can't be read: {one_line(str(error), 200)}.") from None
    if len(data) > most:
        raise AttestationError(f"{one_line(str(path), 200)} is too large: the limit is {most:,} bytes.")
    return data
