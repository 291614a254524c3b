"""Decides whether a witness cosigns a checkpoint: a pure function of what it knows of the log and what it is asked.

Source: https://c2sp.org/tlog-witness; the numbers are its HTTP status codes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows.audit.tlog.checkpoint import Checkpoint, open_checkpoint, read_body
from workflows.audit.tlog.merkle import EMPTY_ROOT, verify_consistency
from workflows.audit.tlog.note import NoteError, VerifierKey, read_note
from workflows.audit.witness.protocol import AddCheckpoint

BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROVEN = 400, 403, 404, 409, 422

Logs = Mapping[str, Sequence[VerifierKey]]
"""The keys of each log that a witness watches, by the log's name."""


@dataclass(frozen=True)
class Known:
    """The newest head of a log that a witness cosigned."""

    size: int
    root: bytes


@dataclass(frozen=True)
class Accepted:
    """To be kept, and then cosigned."""

    checkpoint: Checkpoint


@dataclass(frozen=True)
class Refused:
    """Not to be cosigned. `contradicts`: its log has signed it, and it isn't what was cosigned before."""

    status: int
    why: str
    contradicts: bool = False


def judge(asked: AddCheckpoint, known: Known | None, logs: Logs) -> Accepted | Refused:
    """Decide about a request; `known` is of the log that it names, None if nothing of it was cosigned yet."""
    checkpoint = _signed(asked, logs)
    if isinstance(checkpoint, Refused):
        return checkpoint
    last = known or Known(0, EMPTY_ROOT)
    if asked.old > checkpoint.size:
        return Refused(BAD_REQUEST, "The old size is larger than the checkpoint's.")
    if asked.old != last.size:
        return Refused(CONFLICT, f"The newest size that was cosigned is {last.size}.")
    if asked.old == checkpoint.size and last.root != checkpoint.root:
        return Refused(CONFLICT, "Another head of this size was cosigned before.", contradicts=True)
    if not verify_consistency(asked.old, checkpoint.size, asked.proof, last.root, checkpoint.root):
        return Refused(
            UNPROVEN, "The proof doesn't show that it grew out of what was cosigned before.", contradicts=True
        )
    return Accepted(checkpoint)


def named(asked: AddCheckpoint) -> str:
    """The name of the log that a request is about, whoever signed it. Raises NoteError."""
    return read_body(read_note(asked.note).body).origin


def _signed(asked: AddCheckpoint, logs: Logs) -> Checkpoint | Refused:
    try:
        origin = named(asked)
    except (NoteError, UnicodeDecodeError) as error:
        return Refused(BAD_REQUEST, str(error))
    if origin not in logs:
        return Refused(NOT_FOUND, "This witness doesn't watch that log.")
    try:
        return open_checkpoint(asked.note, logs[origin]).checkpoint
    except NoteError as error:
        return Refused(FORBIDDEN, str(error))
