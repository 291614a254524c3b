"""C2SP signed notes: a text, an empty line, and a line for each signature over the text.

Vault's transit engine signs; this module writes, reads and verifies the lines. It knows three kinds of signature: plain
Ed25519 (type 1) over the text, and tlog-cosignature's timestamped ones, which have the second of signing: Ed25519 (type 4)
over it and the text, and ML-DSA-44 (type 6) over it and what a checkpoint says.

Sources: https://c2sp.org/signed-note, https://c2sp.org/tlog-cosignature
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from workflows.audit.tlog.cosigned_message import subtree_message

PLAIN = 1
TIMED = 4
POST_QUANTUM = 6
_KEY_BYTES = {PLAIN: 32, TIMED: 32, POST_QUANTUM: 1_312}
_SIGNATURE_BYTES = {PLAIN: 64, TIMED: 8 + 64, POST_QUANTUM: 8 + 2_420}
_DASH = "\N{EM DASH}"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_MAX_SIGNATURES = 64
_LAST_SECOND = 253_402_300_799
"""Unix time of the last second that `datetime` can represent, in the year 9999."""


class NoteError(ValueError):
    """The note is malformed, or not signed as it must be; the message says what is wrong."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key with the name it signs under; `kind` is PLAIN or TIMED (Ed25519, 32 bytes) or POST_QUANTUM (ML-DSA-44)."""

    name: str
    public: bytes
    kind: int = PLAIN

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or len(self.name.split()) != 1 or _CONTROL.search(self.name):
            raise NoteError(f"{self.name!r} isn't a key name: one has no spaces and no plus sign.")
        if len(self.public) != _KEY_BYTES.get(self.kind):
            raise NoteError(f"The key of {self.name} isn't an Ed25519 or ML-DSA-44 key.")

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """`name+hex key id+base64 key`, as C2SP tools take it."""
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @property
    def timed(self) -> "VerifierKey":
        """The same key, for timestamped signatures."""
        return VerifierKey(self.name, self.public, TIMED) if self.kind == PLAIN else self


@dataclass(frozen=True)
class Signature:
    """One signature line: the signer's name, the key's id, and the bytes after it."""

    name: str
    key_id: bytes
    payload: bytes

    @property
    def line(self) -> str:
        return f"{_DASH} {self.name} {_base64(self.key_id + self.payload)}\n"


@dataclass(frozen=True)
class Note:
    """A note as read, with nothing verified. `body` ends with its newline."""

    body: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Verified:
    """What the given keys signed. `unknown` names the signers whose key wasn't given."""

    body: bytes
    signed_by: tuple[VerifierKey, ...]
    signed_at: datetime | None
    unknown: tuple[str, ...]


def read_verifier_key(text: str) -> VerifierKey:
    """Read `name+id+key`. Raises NoteError if any part is malformed or the id isn't this key's."""
    name, _, rest = text.strip("\n").partition("+")
    _, _, encoded = rest.partition("+")
    data = _unbase64(encoded)
    if not data:
        raise NoteError(f"{text!r} isn't a verifier key; one looks like name+1a2b3c4d+base64.")
    key = VerifierKey(name, data[1:], data[0])
    if key.text != text.strip("\n"):
        raise NoteError(f"The verifier key {text!r} is inconsistent: its id should be {key.id.hex()}.")
    return key


def timed_message(body: bytes, second: int) -> bytes:
    """Give the bytes that a timestamped signature signs (c2sp.org/tlog-cosignature); `second` is Unix time."""
    return f"cosignature/v1\ntime {second}\n".encode() + body


def plain_signature(key: VerifierKey, signature: bytes) -> Signature:
    """Make the signature line of a 64-byte Ed25519 signature over the note's body."""
    return Signature(key.name, key.id, signature)


def timed_signature(key: VerifierKey, second: int, signature: bytes) -> Signature:
    """Make the signature line of a 64-byte Ed25519 signature over `timed_message(body, second)`."""
    return Signature(key.name, key.timed.id, second.to_bytes(8, "big") + signature)


def assemble(body: bytes, *signatures: Signature) -> str:
    """Put the signed note together. Raises NoteError if it couldn't be read back."""
    text = body.decode() + "\n" + "".join(signature.line for signature in signatures)
    read_note(text.encode())
    return text


def read_note(data: bytes) -> Note:
    """Parse a note, strictly, without verifying it. Raises NoteError."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NoteError("It isn't a signed note: it isn't UTF-8 text.") from error
    if _CONTROL.search(text):
        raise NoteError("It isn't a signed note: it contains control characters.")
    body, gap, lines = text.rpartition("\n\n")
    if not gap or not body or not lines.endswith("\n"):
        raise NoteError(
            "It isn't a signed note: text, an empty line, signature lines, each ended by a newline."
        )
    signatures = tuple(_read_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > _MAX_SIGNATURES:
        raise NoteError(f"It has {len(signatures)} signatures; at most {_MAX_SIGNATURES} are allowed.")
    return Note(body.encode() + b"\n", signatures)


def verify_note(data: bytes, keys: Iterable[VerifierKey]) -> Verified:
    """Check every signature made by a given key, plain or timestamped.

    Signatures by other keys are ignored, as the format requires. Raises NoteError if a given key's signature is invalid,
    or if none of the given keys signed.
    """
    note = read_note(data)
    signed = _signed(note, keys)
    keys_found = tuple(key for key, _ in signed if key)
    if not keys_found:
        raise NoteError("It isn't signed by any of the given keys.")
    times = [at for key, given in signed if key and (at := _signed_at(key, given.payload))]
    return Verified(
        body=note.body,
        signed_by=keys_found,
        signed_at=max(times, default=None),
        unknown=tuple(given.name for key, given in signed if key is None),
    )


def cosigners(data: bytes, witnesses: Iterable[VerifierKey]) -> dict[VerifierKey, datetime]:
    """Give the witnesses that cosigned, and when each last did. Raises NoteError if one's cosignature is invalid."""
    found: dict[VerifierKey, datetime] = {}
    for key, given in _signed(read_note(data), witnesses):
        at = _signed_at(key, given.payload) if key else None
        if key and at:
            found[key] = max(at, found.get(key, at))
    return found


def _signed(note: Note, keys: Iterable[VerifierKey]) -> list[tuple[VerifierKey | None, Signature]]:
    """Each signature with its key, None if it isn't among these. Raises NoteError if one by them is invalid."""
    known = {(key.name, key.id): key for given in keys for key in (given, given.timed)}
    signed = [(known.get((given.name, given.key_id)), given) for given in note.signatures]
    for key, given in signed:
        if key and not _is_valid(key, note.body, given.payload):
            raise NoteError(
                f"The signature by {key.name} (key {key.id.hex()}) is invalid: the text was changed."
            )
    return signed


def _signed_at(key: VerifierKey, payload: bytes) -> datetime | None:
    return None if key.kind == PLAIN else datetime.fromtimestamp(_second(payload), UTC)


def _read_signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = _unbase64(encoded)
    if dash != _DASH or not name or "+" in name or len(name.split()) != 1 or not data or len(data) < 5:
        raise NoteError(
            f"{line!r} isn't a signature line: an em dash, the key's name, the signature in base64."
        )
    return Signature(name, data[:4], data[4:])


def _is_valid(key: VerifierKey, body: bytes, payload: bytes) -> bool:
    if len(payload) != _SIGNATURE_BYTES[key.kind]:
        return False
    if key.kind != PLAIN and _second(payload) > _LAST_SECOND:
        return False
    try:
        match key.kind:
            case 1:
                Ed25519PublicKey.from_public_bytes(key.public).verify(payload, body)
            case 4:
                message = timed_message(body, _second(payload))
                Ed25519PublicKey.from_public_bytes(key.public).verify(payload[8:], message)
            case _:
                message = subtree_message(key.name, _second(payload), body)
                MLDSA44PublicKey.from_public_bytes(key.public).verify(payload[8:], message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _second(payload: bytes) -> int:
    return int.from_bytes(payload[:8], "big")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes | None:
    """Decode only what `_base64` writes, so that no two texts mean the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _base64(data) == text else None
