"""One event's proof, in a text that verifies offline: c2sp.org/tlog-proof@v1."""

import base64
import binascii
import re
from collections.abc import Iterable

from workflows.audit.tlog.checkpoint import Opened, open_checkpoint, read_body
from workflows.audit.tlog.merkle import Levels, inclusion_proof, leaf_hash, verify_inclusion
from workflows.audit.tlog.note import VerifierKey, read_note

_HEAD = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


class ProofError(ValueError):
    """The text is no proof, or it doesn't prove this event; the message says which."""


def make_proof(levels: Levels, index: int, note: str) -> str:
    """The proof that the leaf at `index` is in the tree of the checkpoint `note`."""
    size = read_body(read_note(note.encode()).body).size
    hashes = [base64.b64encode(step).decode() for step in inclusion_proof(levels, index, size)]
    return "\n".join([_HEAD, f"index {index}", *hashes, "", note])


def verify_proof(text: str, leaf: bytes, keys: Iterable[VerifierKey]) -> Opened:
    """Return the checkpoint that contains the event whose exact bytes are `leaf`.

    Raises ProofError if the proof is malformed or is of another event, NoteError if its checkpoint isn't
    signed by one of the keys.
    """
    proof, gap, note = text.partition("\n\n")
    if not gap:
        raise ProofError("It isn't a proof: the empty line before the checkpoint is missing.")
    index, hashes = _read(proof.split("\n"))
    opened = open_checkpoint(note.encode(), keys)
    head = opened.checkpoint
    if not verify_inclusion(leaf_hash(leaf), index, head.size, hashes, head.root):
        raise ProofError(
            f"It doesn't prove this event: the checkpoint of {head.origin} at size {head.size} "
            f"has something else at index {index}."
        )
    return opened


def _read(lines: list[str]) -> tuple[int, list[bytes]]:
    head, *rest = lines
    if rest and rest[0].startswith("extra "):
        rest = rest[1:]
    index = _INDEX.fullmatch(rest[0]) if rest else None
    if head != _HEAD or not index:
        raise ProofError(f"It isn't a proof: its first lines aren't {_HEAD!r} and the event's index.")
    return int(index[1]), [_read_hash(line) for line in rest[1:]]


def _read_hash(line: str) -> bytes:
    try:
        data = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofError(f"{line!r} in it isn't a hash in base64.") from error
    if base64.b64encode(data).decode() != line or len(data) != 32:
        raise ProofError(f"{line!r} in it isn't a hash of 32 bytes in base64.")
    return data
