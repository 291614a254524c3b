"""Decides whether a witness cosigns a checkpoint: a pure function of what it knows of the log and what it is asked.

Source: https://c2sp.org/tlog-witness; the numbers are its HTTP status codes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workflows.audit.tlog.checkpoint import Checkpoint, open_checkpoint, read_body
from workflows.audit.tlog.merkle import EMPTY_ROOT, verify_consistency
from workflows.audit.tlog.note import NoteError, VerifierKey, read_note
from workflows.audit.witness.protocol import AddCheckpoint

BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROVEN = 400, 403, 404, 409, 422
MAX_SIZE = 2**63 - 1

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


Doubt = Literal["contradiction", "unproven"]
"""Why a checkpoint that its log has signed is kept, though it isn't cosigned.

A contradiction has another head than was cosigned at the same size, which proves a fork by itself. An unproven one came
with an invalid proof; as anyone can send an honest checkpoint that way, it proves nothing yet.
"""


@dataclass(frozen=True)
class Refused:
    """Not to be cosigned. `signed` is the checkpoint that is kept as evidence, for its `doubt`; else None."""

    status: int
    why: str
    doubt: Doubt | None = None
    signed: Checkpoint | None = None


def judge(asked: AddCheckpoint, known: Known | None, logs: Logs) -> Accepted | Refused:
    """Decide about a request; `known` is of the log that it names, None if nothing of it was cosigned yet."""
    checkpoint = _signed(asked, logs)
    if isinstance(checkpoint, Refused):
        return checkpoint
    last = known or Known(0, EMPTY_ROOT)
    if checkpoint.size > MAX_SIZE:
        return Refused(BAD_REQUEST, "No log has that many events.")
    if asked.old > checkpoint.size:
        return Refused(BAD_REQUEST, "The old size is larger than the checkpoint's.")
    if asked.old != last.size:
        return Refused(CONFLICT, f"The newest size that was cosigned is {last.size}.")
    if asked.old == checkpoint.size and last.root != checkpoint.root:
        return Refused(
            CONFLICT, "Another head of this size was cosigned before.", "contradiction", checkpoint
        )
    if not verify_consistency(asked.old, checkpoint.size, asked.proof, last.root, checkpoint.root):
        return Refused(
            UNPROVEN,
            "The proof doesn't show that it grew out of what was cosigned before.",
            "unproven",
            checkpoint,
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
