"""C2SP's tlog-checkpoint: a signed note that says which log, how many events, and the tree's head."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workflows.audit.tlog.note import PLAIN, NoteError, VerifierKey, verify_note

_IN_TEXT = re.compile(
    r"^[^\s`][^\n]*\n[0-9]{1,19}\n[A-Za-z0-9+/]{43}=\n\n(?:\N{EM DASH} [^\n]+\n)+", re.MULTILINE
)
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """A tree head. `origin` names the log, and is the name its keys sign with; `root` has 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> bytes:
        """The bytes to sign."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


@dataclass(frozen=True)
class Opened:
    """A checkpoint whose signature holds. `signed_at` is there if a timestamp was signed with it."""

    checkpoint: Checkpoint
    signed_at: datetime | None
    unknown: tuple[str, ...]


def read_body(body: bytes) -> Checkpoint:
    """Raises NoteError unless the body is exactly an origin, a size and a root, without extension lines."""
    lines = body.decode().split("\n")
    if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise NoteError("It isn't a checkpoint: a line each for the log's name, the size and the root hash.")
    checkpoint = Checkpoint(lines[0], int(lines[1]), _root(lines[2]))
    if checkpoint.body != body:
        raise NoteError("Its root hash isn't written as base64 of 32 bytes.")
    return checkpoint


def checkpoints_in(text: str) -> list[bytes]:
    """Every checkpoint that stands in a text, as a person copied it: between fences, with other line ends, or cut
    of its last newline. None of them is verified."""
    lines = text.replace("```", "\n").splitlines()
    whole = "".join(f"{line.strip()}\n" for line in lines)
    return [found[0].encode() for found in _IN_TEXT.finditer(whole)]


def open_checkpoint(note: bytes, keys: Iterable[VerifierKey]) -> Opened:
    """Verify and read a checkpoint. Raises NoteError unless a given key of the log itself has signed it."""
    verified = verify_note(note, keys)
    checkpoint = read_body(verified.body)
    if (checkpoint.origin, PLAIN) not in {(key.name, key.kind) for key in verified.signed_by}:
        raise NoteError(
            f"It speaks for the log {checkpoint.origin}, but no given key of that log has signed it."
        )
    return Opened(checkpoint, verified.signed_at, verified.unknown)


def _root(text: str) -> bytes:
    try:
        root = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        root = b""
    if len(root) != 32:
        raise NoteError("Its root hash isn't base64 of 32 bytes.")
    return root
