"""The checkpoints of an export: whether they can be opened, sign these events, and follow on one another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.audit.export.directory import CHECKPOINT
from workflows.audit.tlog.checkpoint import Opened, open_checkpoint
from workflows.audit.tlog.merkle import root_at
from workflows.audit.tlog.note import NoteError, VerifierKey
from workflows.audit.verify.exported_files import (
    checkpoint_paths,
)
from workflows.audit.verify.verdict import Verdict

_NO_TELLING = " Their hashes in the tiles were made anew, so this export can't tell which; compare it with another copy."


@dataclass(frozen=True)
class ExportedCheckpoints:
    """The checkpoints that could be opened, by path, oldest first."""

    opened: dict[str, Opened]
    faults: tuple[str, ...]


def open_checkpoints(files: Mapping[str, bytes], keys: Sequence[VerifierKey]) -> ExportedCheckpoints:
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


def head_faults(opened: dict[str, Opened], verdict: Verdict) -> Iterator[str]:
    known = len(verdict.levels[0])
    for path, given in opened.items():
        if given.checkpoint.size > known and not verdict.of_events:
            yield f"{path} signs {given.checkpoint.size} events, but only {known} are there: the rest was cut off."
    yield from _other_histories(opened, verdict)
    for path, given in opened.items():
        if given.checkpoint.origin in given.unknown:
            yield (
                f"{path} also carries a signature of {given.checkpoint.origin} by a key that you did not give. "
                "Give all keys of the log."
            )
    yield from _order_faults(opened)


def _other_histories(opened: Mapping[str, Opened], verdict: Verdict) -> Iterator[str]:
    """Checkpoints that sign something else. Past the first of them, all do, and nothing more is to be learnt."""
    known = {
        path: given.checkpoint
        for path, given in opened.items()
        if given.checkpoint.size <= len(verdict.levels[0])
    }
    others = [path for path, head in known.items() if head.root != root_at(verdict.levels, head.size)]
    if verdict.vouched:
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
    agreed = f", and {good} the one that is here of the first {start}" if good else ""
    which = f"event {start}" if end - start == 1 else f"at least one of events {start} to {end - 1}"
    yield (
        f"{first} signs another history of the first {end} events{agreed}: {which} was changed, added or removed "
        f"after it was signed.{'' if verdict.of_events else _NO_TELLING}"
    )


def _order_faults(opened: Mapping[str, Opened]) -> Iterator[str]:
    timed = any(given.signed_at for given in opened.values())
    previous: Opened | None = None
    for path, given in opened.items():
        if timed and given.signed_at is None:
            yield f"{path} has no signed time, and others have: its line was removed or changed."
        if previous:
            yield from _order_fault(path, previous, given)
        previous = given


def _order_fault(path: str, before: Opened, given: Opened) -> Iterator[str]:
    if given.checkpoint.origin != before.checkpoint.origin:
        yield f"{path} is of another log, {given.checkpoint.origin}, than the one before it."
    if given.checkpoint.size < before.checkpoint.size:
        yield f"{path} signs fewer events than the one before it: the log shrank, or checkpoints were reordered."
    if given.signed_at and before.signed_at and given.signed_at < before.signed_at:
        yield f"{path} was signed before the one that precedes it: a clock went backwards, or they were reordered."
