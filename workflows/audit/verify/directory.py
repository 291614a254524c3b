"""Verifying an export offline: nothing is needed but its directory and the log's public keys."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from workflows.audit.tlog.canonical import LeafError
from workflows.audit.tlog.checkpoint import Opened
from workflows.audit.tlog.leaf import Leaf, read_leaf
from workflows.audit.tlog.merkle import levels_of, root_at
from workflows.audit.tlog.note import VerifierKey
from workflows.audit.tlog.sealed_entry import split
from workflows.audit.verify.collector import collector_paused
from workflows.audit.verify.cosigned import Cosigned, cosigned_by
from workflows.audit.verify.entries import read_held
from workflows.audit.verify.exported_checkpoints import ExportedCheckpoints, head_faults, open_checkpoints
from workflows.audit.verify.exported_files import (
    directory_faults,
    file_faults,
    key_faults,
    read_files,
)
from workflows.audit.verify.exported_texts import check_texts
from workflows.audit.verify.history import history_faults
from workflows.audit.verify.report import Report
from workflows.audit.verify.seen_checkpoints import Seen, seen_faults
from workflows.audit.verify.size_limits import TREE_BYTES
from workflows.audit.verify.stories import ExportedEvent, Workflows, replay_stories
from workflows.audit.verify.verdict import LogVerdict, judge
from workflows.audit.witness.witness import WitnessPolicy


@collector_paused()
def verify_export(
    path: Path,
    keys: Sequence[VerifierKey],
    workflows: Workflows | None = None,
    seen: Sequence[Seen] = (),
    *,
    witnesses: WitnessPolicy | None = None,
    allow_sealed: bool = False,
    largest: int = TREE_BYTES,
) -> Report:
    """Check everything that an export says against everything else in it, the signatures by `keys`, enough of them by
    `witnesses`, its stories by replaying them through `workflows`, and its history against checkpoints `seen` elsewhere.

    Problems are reported, not raised: the worst first, and none that only follows from another that is told.
    A missing text counts as erased. README.txt is not looked at, and neither is the file system's metadata.
    No file is read that is larger than its format allows, and nothing at all of more than `largest` bytes together;
    verifying takes about four times the export's size in memory.
    """
    read = read_files(path, largest)
    files = read.data
    signed = open_checkpoints(files, keys)
    last = next(reversed(signed.opened.values()), None)
    size = last.checkpoint.size if last and not signed.faults else 0
    held = read_held(files, size)
    verdict = judge(held, files, last.checkpoint if last else None, size)
    hashes = [hashed for hashed in held.hashes if hashed]
    leaves, sealed = split(held.entries)
    events, event_faults = _read_events(leaves)
    texts = check_texts(files, events)
    stories = replay_stories(
        (ExportedEvent(index, leaf, texts.typed.get(leaf.id, {})) for index, leaf in events),
        workflows or {},
        complete=not sealed,
    )
    cosigned = cosigned_by(files, signed.opened, witnesses)
    of_stories = [*event_faults, *history_faults(events), *stories.faults, *texts.faults]
    return Report(
        size=len(hashes),
        root=_root(hashes, verdict),
        checkpoints=len(signed.opened),
        texts=texts.kept,
        erased=texts.erased,
        sealed=sealed,
        stories=stories,
        seen=len(seen),
        cosigned=cosigned,
        allowed=allow_sealed,
        last_event_at=max((event.time for _, event in events), default=None),
        last_checkpoint_at=last.signed_at if last else None,
        unknown_signers=tuple(sorted({name for opened in signed.opened.values() for name in opened.unknown})),
        problems=(
            *directory_faults(path),
            *read.faults,
            *_seen_faults(seen, keys, last, verdict),
            *_tree_faults(signed, verdict, cosigned),
            *([] if verdict.of_events else of_stories),
            *file_faults(path, files, verdict),
            *key_faults(files, keys),
        ),
    )


def _root(hashes: Sequence[bytes], verdict: LogVerdict) -> bytes:
    """The root over these events; the verdict's tree is theirs already, unless something is wrong with it."""
    levels = verdict.levels if list(verdict.levels[0]) == hashes else levels_of(hashes)
    return root_at(levels, len(hashes))


def _tree_faults(
    signed: ExportedCheckpoints, verdict: LogVerdict, cosigned: Cosigned | None
) -> Iterator[str]:
    """Checkpoints that can't be trusted come first only if there is none that can."""
    yield from () if signed.opened else signed.faults
    yield from verdict.of_events
    yield from head_faults(signed.opened, verdict)
    yield from signed.faults if signed.opened else ()
    yield from cosigned.faults if cosigned else ()
    yield from verdict.of_tiles


def _seen_faults(
    seen: Sequence[Seen], keys: Sequence[VerifierKey], last: Opened | None, verdict: LogVerdict
) -> Iterator[str]:
    origin = last.checkpoint.origin if last else None
    levels = verdict.levels
    return seen_faults(seen, keys, origin, len(levels[0]), lambda size: root_at(levels, size))


def _read_events(leaves: Sequence[tuple[int, bytes]]) -> tuple[list[tuple[int, Leaf]], list[str]]:
    events, faults = [], []
    for index, leaf in leaves:
        try:
            events.append((index, read_leaf(leaf)))
        except LeafError as error:
            faults.append(f"Event {index} isn't an audit event of Daypass. {error}")
    return events, faults
