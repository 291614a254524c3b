"""The request by which a witness is asked to cosign a checkpoint: the size it knows, a proof, and the checkpoint.

Source: https://c2sp.org/tlog-witness, “add-checkpoint”
"""

import base64
import binascii
import re
from dataclasses import dataclass

from workflows.audit.tlog.note import NoteError

PATH = "/add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
"""The content type of a 409 that says which size the witness knows."""
MAX_PROOF_LINES = 63
MAX_REQUEST_BYTES = 64 << 10
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class AddCheckpoint:
    """The checkpoint, as a signed note, with the proof that it grew out of the log of `old` events."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes


def write_request(asked: AddCheckpoint) -> bytes:
    """Write the body of the request."""
    proof = "".join(f"{base64.b64encode(one).decode()}\n" for one in asked.proof)
    return f"old {asked.old}\n{proof}\n".encode() + asked.note


def read_request(data: bytes) -> AddCheckpoint:
    """Read the body of a request, strictly. Raises NoteError; the checkpoint isn't looked at."""
    head, gap, note = data.partition(b"\n\n")
    if not gap or not note:
        raise NoteError("It has no empty line before a checkpoint.")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise NoteError("Its first lines aren't ASCII.") from None
    old = _OLD.fullmatch(first)
    if not old:
        raise NoteError("It doesn't begin with “old” and a size.")
    if len(lines) > MAX_PROOF_LINES:
        raise NoteError(f"Its proof has more than {MAX_PROOF_LINES} lines.")
    return AddCheckpoint(int(old[1]), tuple(_hash(line) for line in lines), note)


def _hash(line: str) -> bytes:
    try:
        data = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != 32 or base64.b64encode(data).decode() != line:
        raise NoteError("A line of its proof isn't a hash in base64.")
    return data
