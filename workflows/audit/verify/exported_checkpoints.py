"""Checks an export's checkpoints: their signatures, that they sign these events, and their order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.audit.export.directory import CHECKPOINT
from workflows.audit.tlog.checkpoint import Opened, open_checkpoint
from workflows.audit.tlog.merkle import root_at
from workflows.audit.tlog.note import NoteError, VerifierKey
from workflows.audit.verify.exported_files import checkpoint_paths
from workflows.audit.verify.verdict import LogVerdict

_CANT_TELL_WHICH = " Their hashes in the tiles were rewritten too, so this export can't show which; compare it with another copy."


@dataclass(frozen=True)
class ExportedCheckpoints:
    """The checkpoints whose signatures are valid, by path, oldest first, and what is wrong with the others."""

    opened: dict[str, Opened]
    faults: tuple[str, ...]


def open_checkpoints(files: Mapping[str, bytes], keys: Sequence[VerifierKey]) -> ExportedCheckpoints:
    """Verify the signatures of all checkpoints in `files` (by path) with `keys`."""
    paths = [path for path in checkpoint_paths(files) if path in files]
    opened: dict[str, Opened] = {}
    faults: list[str] = []
    for path in paths:
        try:
            opened[path] = open_checkpoint(files[path], keys)
        except NoteError as error:
            faults.append(f"{path} can't be trusted. {error}")
    if CHECKPOINT in files and (not paths or files[CHECKPOINT] != files[paths[-1]]):
        faults.append(f"{CHECKPOINT} isn't the last one of checkpoints/: one of the two was changed.")
    return ExportedCheckpoints(opened, tuple(faults))


def head_faults(opened: dict[str, Opened], verdict: LogVerdict) -> Iterator[str]:
    """Give a sentence for each checkpoint that doesn't sign the events in the export, or is out of order."""
    known = len(verdict.levels[0])
    for path, given in opened.items():
        if given.checkpoint.size > known and not verdict.of_events:
            yield f"{path} signs {given.checkpoint.size} events, but the export has only {known}: the rest was cut off."
    yield from _other_histories(opened, verdict)
    for path, given in opened.items():
        if given.checkpoint.origin in given.unknown:
            yield (
                f"{path} also carries a signature of {given.checkpoint.origin} by a key that you didn't give. "
                "Give all keys of the log."
            )
    yield from _order_faults(opened)


def _other_histories(opened: Mapping[str, Opened], verdict: LogVerdict) -> Iterator[str]:
    """Find checkpoints that sign other events. After the first such checkpoint all do, so only that one is named."""
    known = {
        path: given.checkpoint
        for path, given in opened.items()
        if given.checkpoint.size <= len(verdict.levels[0])
    }
    others = [path for path, head in known.items() if head.root != root_at(verdict.levels, head.size)]
    if verdict.signed:
        for path in others:
            yield (
                f"{path} signs another history of the first {known[path].size} events: at least one of them was "
                "changed, added or removed after it was signed."
            )
        return
    first = min(others, key=lambda path: known[path].size, default=None)
    if first is None:
        return
    end = known[first].size
    same = [path for path in known if path not in others and known[path].size < end]
    good = max(same, key=lambda path: known[path].size, default=None)
    start = known[good].size if good else 0
    agreed = f", while {good} signs the first {start} as they are here" if good else ""
    which = f"event {start}" if end - start == 1 else f"at least one of events {start} to {end - 1}"
    yield (
        f"{first} signs another history of the first {end} events{agreed}: {which} was changed, added or removed "
        f"after it was signed.{'' if verdict.of_events else _CANT_TELL_WHICH}"
    )


def _order_faults(opened: Mapping[str, Opened]) -> Iterator[str]:
    timed = any(given.signed_at for given in opened.values())
    previous: Opened | None = None
    for path, given in opened.items():
        if timed and given.signed_at is None:
            yield f"{path} has no signed time, but others do: its line was removed or changed."
        if previous:
            yield from _order_fault(path, previous, given)
        previous = given


def _order_fault(path: str, before: Opened, given: Opened) -> Iterator[str]:
    if given.checkpoint.origin != before.checkpoint.origin:
        yield f"{path} is from another log than the one before it: {given.checkpoint.origin}."
    if given.checkpoint.size < before.checkpoint.size:
        yield f"{path} signs fewer events than the one before it: the log shrank, or checkpoints were reordered."
    if given.signed_at and before.signed_at and given.signed_at < before.signed_at:
        yield f"{path} was signed before the one that precedes it: a clock went backwards, or they were reordered."
