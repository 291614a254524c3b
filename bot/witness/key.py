"""A witness's own key: Ed25519, in a file that only its owner can read, made when the witness first starts."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from workflows.audit.tlog.note import TIMED, NoteError, Signature, VerifierKey, timed_message, timed_signature
from workflows.database.private_files import write_new

FILE = "key"


class NoKey(Exception):
    """The key can't be used; the message says why and what to do."""


@dataclass(frozen=True)
class WitnessKey:
    """What a witness signs with."""

    verifier: VerifierKey
    private: Ed25519PrivateKey

    def cosign(self, body: bytes, second: int) -> Signature:
        """Cosign a checkpoint's body at this Unix time (tlog-cosignature, Ed25519)."""
        return timed_signature(self.verifier, second, self.private.sign(timed_message(body, second)))


def open_key(directory: Path, name: str) -> WitnessKey:
    """Read the key in this directory, or make one. Raises NoKey."""
    file = directory / FILE
    try:
        if not file.exists():
            write_new(file, Ed25519PrivateKey.generate().private_bytes_raw())
        private = Ed25519PrivateKey.from_private_bytes(file.read_bytes())
        return WitnessKey(VerifierKey(name, private.public_key().public_bytes_raw(), TIMED), private)
    except OSError as error:
        raise NoKey(f"{file} can't be used ({error.strerror}). Choose another directory.") from None
    except ValueError as error:
        raise NoKey(
            str(error) if isinstance(error, NoteError) else f"{file} isn't a witness's key."
        ) from None
