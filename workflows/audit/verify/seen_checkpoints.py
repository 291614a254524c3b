"""Checkpoints that somebody saw elsewhere: what an export says now has to be what was signed then."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflows.audit.tlog.checkpoint import Checkpoint, checkpoints_in, open_checkpoint
from workflows.audit.tlog.note import NoteError, VerifierKey
from workflows.audit.verify.size_limits import TooLarge, read_small


@dataclass(frozen=True)
class Seen:
    """A checkpoint as it was copied: `where` says out of what."""

    where: str
    note: bytes


def read_seen(given: str) -> list[Seen]:
    """The checkpoints in a file, or in the text itself. Raises NoteError if there is none."""
    text, where = given, "the text given with --seen"
    if "\n" not in given:
        try:
            text, where = read_small(Path(given)).decode(errors="replace"), given
        except (OSError, TooLarge) as error:
            raise NoteError(f"--seen {given[:200]} can't be read: {error}") from None
    found = checkpoints_in(text)
    if not found:
        raise NoteError(f"There is no checkpoint in {where}: copy it whole, with its signature lines.")
    return [
        Seen(where if len(found) == 1 else f"{where} ({number} of {len(found)})", note)
        for number, note in enumerate(found, start=1)
    ]


def seen_faults(
    seen: Sequence[Seen],
    keys: Sequence[VerifierKey],
    origin: str | None,
    size: int,
    root: Callable[[int], bytes],
) -> Iterator[str]:
    """What is wrong between them and a log of this name and size; `root` gives the root that it had at a size."""
    for one in seen:
        try:
            checkpoint = open_checkpoint(one.note, keys).checkpoint
        except NoteError as error:
            yield f"The checkpoint from {one.where} can't be trusted, so it proves nothing. {error}"
            continue
        yield from _fault(one, checkpoint, origin, size, root)


def _fault(
    one: Seen, checkpoint: Checkpoint, origin: str | None, size: int, root: Callable[[int], bytes]
) -> Iterator[str]:
    signed = f"The checkpoint from {one.where} signs {checkpoint.size} events"
    if origin is not None and checkpoint.origin != origin:
        yield f"{signed} of another log, {checkpoint.origin}; this one is {origin}."
    elif checkpoint.size > size:
        yield f"{signed}, and only {size} are here: the export is older, or the log was cut."
    elif checkpoint.root != root(checkpoint.size):
        yield (
            f"FORK: {signed}, and they are others than the first {checkpoint.size} here. Two histories were signed; "
            "keep both, and ask who runs Daypass and its database."
        )
