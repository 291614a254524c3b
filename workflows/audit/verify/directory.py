"""Verifying an export offline: nothing is needed but its directory and the log's public keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from workflows.audit.export.directory import CHECKPOINT, KEYS, README, TEXTS, checkpoint_path
from workflows.audit.tlog.checkpoint import Opened, open_checkpoint
from workflows.audit.tlog.leaf import Leaf, LeafError, commitment, read_leaf
from workflows.audit.tlog.merkle import levels_of, root_at
from workflows.audit.tlog.note import NoteError, VerifierKey, read_verifier_key
from workflows.audit.tlog.sealed_entry import split
from workflows.audit.tlog.tiles import bundle_widths, entries_path, tiles_of
from workflows.audit.tlog.typed_text import read_text
from workflows.audit.verify.entries import read_held
from workflows.audit.verify.history import history_faults
from workflows.audit.verify.seen_checkpoints import Seen, seen_faults
from workflows.audit.verify.size_limits import FILES, PROBLEMS, TREE_BYTES, is_file, most
from workflows.audit.verify.stories import Event, Stories, Workflows, replay_stories
from workflows.audit.verify.verdict import Verdict, judge

_SHOWN = 40
_NO_TELLING = " Their hashes in the tiles were made anew, so this export can't tell which; compare it with another copy."


@dataclass(frozen=True)
class Report:
    """What came out. `problems` are sentences; without any, what was checked is as it was signed.

    `sealed` events stand there as their hashes alone, and are a problem unless they were `allowed`.
    `unknown_signers` signed too, but with keys that were not given: their lines prove nothing here.
    """

    size: int
    root: bytes
    checkpoints: int
    texts: int
    erased: int
    sealed: int
    stories: Stories
    seen: int
    last_event_at: datetime | None
    last_checkpoint_at: datetime | None
    unknown_signers: tuple[str, ...]
    problems: tuple[str, ...]
    allowed: bool = False

    @property
    def ok(self) -> bool:
        return not self.problems and (self.allowed or not self.sealed)


@dataclass(frozen=True)
class _Texts:
    """`typed`: by event and field, what opens its commitment."""

    kept: int
    erased: int
    faults: tuple[str, ...]
    typed: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class _Files:
    """What was read of an export, by path, and why the rest was not."""

    data: Mapping[str, bytes]
    faults: tuple[str, ...]


@dataclass(frozen=True)
class _Signed:
    """The checkpoints that could be opened, by path, oldest first."""

    opened: dict[str, Opened]
    faults: tuple[str, ...]


def verify_export(
    path: Path,
    keys: Sequence[VerifierKey],
    workflows: Workflows | None = None,
    seen: Sequence[Seen] = (),
    *,
    allow_sealed: bool = False,
    largest: int = TREE_BYTES,
) -> Report:
    """Check everything that an export says against everything else in it, the signatures by `keys`, its stories by
    replaying them through `workflows`, and its history against checkpoints `seen` elsewhere.

    Problems are reported, not raised: the worst first, and none that only follows from another that is told.
    A missing text counts as erased. README.txt is not looked at, and neither is the file system's metadata.
    No file is read that is larger than its format allows, and nothing at all of more than `largest` bytes together;
    verifying takes about four times the export's size in memory.
    """
    read = _read_files(path, largest)
    files = read.data
    signed = _open_checkpoints(files, keys)
    last = next(reversed(signed.opened.values()), None)
    size = last.checkpoint.size if last and not signed.faults else 0
    held = read_held(files, size)
    verdict = judge(held, files, last.checkpoint if last else None, size)
    hashes = [hashed for hashed in held.hashes if hashed]
    leaves, sealed = split(held.entries)
    events, event_faults = _read_events(leaves)
    texts = _check_texts(files, events)
    stories = replay_stories(
        (Event(index, leaf, texts.typed.get(leaf.id, {})) for index, leaf in events), workflows or {}
    )
    return Report(
        size=len(hashes),
        root=root_at(levels_of(hashes), len(hashes)),
        checkpoints=len(signed.opened),
        texts=texts.kept,
        erased=texts.erased,
        sealed=sealed,
        stories=stories,
        seen=len(seen),
        allowed=allow_sealed,
        last_event_at=max((event.time for _, event in events), default=None),
        last_checkpoint_at=last.signed_at if last else None,
        unknown_signers=tuple(sorted({name for opened in signed.opened.values() for name in opened.unknown})),
        problems=(
            *_directory_faults(path),
            *read.faults,
            *_seen_faults(seen, keys, last, verdict),
            *([] if signed.opened else signed.faults),
            *verdict.of_events,
            *_head_faults(signed.opened, verdict),
            *(signed.faults if signed.opened else []),
            *verdict.of_tiles,
            *(
                []
                if verdict.of_events
                else [*event_faults, *history_faults(events), *stories.faults, *texts.faults]
            ),
            *_file_faults(path, files, verdict),
            *_key_faults(files, keys),
        ),
    )


def lines(report: Report) -> list[str]:
    """The report for a person, worst first."""
    more = len(report.problems) - _SHOWN
    return [
        _verdict(report),
        *(f"- {problem}" for problem in report.problems[:_SHOWN]),
        *([f"- … and {more} more of the kind."] if more > 0 else []),
        f"{report.size} events, last one at {_moment(report.last_event_at)}; root {report.root.hex()}.",
        f"{report.checkpoints} checkpoints verified, last one signed at {_moment(report.last_checkpoint_at)}.",
        f"{report.texts} texts match their commitments, {report.erased} were erased.",
        f"{report.stories.replayed} stories replayed from the first event on, {report.stories.left_out} not.",
        *(
            [f"{report.sealed} events are sealed: of them only the hashes were verified."]
            if report.sealed
            else []
        ),
        *(
            []
            if report.seen
            else ["No checkpoint seen elsewhere was given (--seen): another history could have been signed."]
        ),
        *(f"Also signed by {name}, whose key was not given: not checked." for name in report.unknown_signers),
    ]


def _verdict(report: Report) -> str:
    """The first line says whole only of what was checked, and how much was not."""
    sealed = f"{report.sealed} of {report.size} events are sealed"
    if report.problems:
        return f"The log does NOT verify.{f' {sealed}.' if report.sealed else ''}"
    if not report.ok:
        return f"The log is NOT verified in full: {sealed}. If that was agreed, add --allow-sealed."
    if report.sealed:
        return f"The log is what was signed, but {sealed}: nobody has checked what they say."
    return "The log is whole: it is what was signed."


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(sep=" ", timespec="seconds") if moment else "an unknown time"


def _read_files(path: Path, largest: int) -> _Files:
    """Every file that an export may hold and that isn't larger than it may be."""
    data: dict[str, bytes] = {}
    faults: list[str] = []
    left = largest
    for file in sorted(islice(path.rglob("*"), FILES)):
        name = file.relative_to(path).as_posix()
        if not is_file(file):
            continue
        size, bound = file.stat().st_size, most(name)
        if bound is not None and size > bound:
            faults.append(f"{name} has {size:,} bytes, and can't have more than {bound:,}: it wasn't read.")
        elif size > left and bound is not None:
            return _Files({}, (_too_large(largest),))
        else:
            data[name] = _read(file, bound or 0)
            left -= len(data[name])
    return _Files(data, tuple(faults[:PROBLEMS]))


def _read(file: Path, bound: int) -> bytes:
    """It may grow meanwhile. A file that no export has is named, and not read."""
    with file.open("rb") as opened:
        return opened.read(bound)


def _too_large(largest: int) -> str:
    return (
        f"The export has more than {largest:,} bytes. Verifying takes about four times that in memory: allow more with "
        "--largest where there is enough, such as --largest 8G."
    )


def _seen_faults(
    seen: Sequence[Seen], keys: Sequence[VerifierKey], last: Opened | None, verdict: Verdict
) -> Iterator[str]:
    origin = last.checkpoint.origin if last else None
    levels = verdict.levels
    return seen_faults(seen, keys, origin, len(levels[0]), lambda size: root_at(levels, size))


def _directory_faults(path: Path) -> Iterator[str]:
    if not path.is_dir():
        yield f"{path} isn't a directory: name the one that was exported."


def _file_faults(path: Path, files: Mapping[str, bytes], verdict: Verdict) -> Iterator[str]:
    """Where events are told, the files of the tree follow from them."""
    expected = {CHECKPOINT, TEXTS, KEYS, *_checkpoint_paths(files)}
    expected |= {entries_path(index, width) for index, width in bundle_widths(verdict.size)}
    expected |= {tile.path for tile in tiles_of(verdict.size)}
    wrong = [one for one in sorted(expected ^ files.keys()) if not (verdict.of_events and _in_tree(one))]
    for one in wrong:
        if one in expected:
            yield f"{one} is missing: the export isn't complete."
        elif one != README:
            yield (
                f"{one} doesn't belong in an export of {verdict.size} events: it was added, or other files were "
                "removed."
            )
    for file in sorted(path.rglob("*")):
        if file.is_symlink():
            yield f"{file.relative_to(path).as_posix()} is a link: an export holds its files itself."


def _in_tree(path: str) -> bool:
    return path.startswith("tile/")


def _read_events(leaves: Sequence[tuple[int, bytes]]) -> tuple[list[tuple[int, Leaf]], list[str]]:
    events, faults = [], []
    for index, leaf in leaves:
        try:
            events.append((index, read_leaf(leaf)))
        except LeafError as error:
            faults.append(f"Event {index} isn't an audit event of Daypass. {error}")
    return events, faults


def _key_faults(files: Mapping[str, bytes], keys: Sequence[VerifierKey]) -> Iterator[str]:
    text = files.get(KEYS, b"").decode(errors="replace")
    if KEYS in files and not text.endswith("\n"):
        yield f"{KEYS} doesn't end with a newline: it was changed."
    for line in text.split("\n")[:-1]:
        try:
            key = read_verifier_key(line)
        except NoteError as error:
            yield f"{KEYS} was changed. {error}"
            continue
        if key not in keys:
            yield (
                f"{KEYS} lists {key.text}, which you did not give. Give it too if you have it from a source you "
                "trust; an export can't vouch for its own keys."
            )


def _checkpoint_paths(files: Mapping[str, bytes]) -> list[str]:
    count = sum(path.startswith("checkpoints/") for path in files)
    return [checkpoint_path(number) for number in range(1, count + 1)]


def _open_checkpoints(files: Mapping[str, bytes], keys: Sequence[VerifierKey]) -> _Signed:
    paths = [path for path in _checkpoint_paths(files) if path in files]
    opened: dict[str, Opened] = {}
    faults: list[str] = []
    for path in paths:
        try:
            opened[path] = open_checkpoint(files[path], keys)
        except NoteError as error:
            faults.append(f"{path} can't be trusted. {error}")
    if CHECKPOINT in files and (not paths or files[CHECKPOINT] != files[paths[-1]]):
        faults.append(f"{CHECKPOINT} isn't the last one of checkpoints/: one of the two was changed.")
    return _Signed(opened, tuple(faults))


def _head_faults(opened: dict[str, Opened], verdict: Verdict) -> Iterator[str]:
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


def _check_texts(files: Mapping[str, bytes], events: Sequence[tuple[int, Leaf]]) -> _Texts:
    committed = {(event.id, field): digest for _, event in events for field, digest in event.texts.items()}
    seen: set[tuple[str, str]] = set()
    faults: list[str] = []
    typed: dict[str, dict[str, str]] = {}
    *whole, rest = files.get(TEXTS, b"").split(b"\n")
    if rest:
        faults.append(f"{TEXTS} doesn't end with a newline: its last line was cut or changed.")
    for number, line in enumerate(whole, start=1):
        try:
            faults += [
                f"Line {number} of {TEXTS} {fault}" for fault in _text_faults(line, committed, seen, typed)
            ]
        except ValueError as error:
            faults.append(f"Line {number} of {TEXTS} can't be read. {error}")
    kept = len(seen & committed.keys())
    return _Texts(kept, len(committed) - kept, tuple(faults), typed)


def _text_faults(
    line: bytes,
    committed: Mapping[tuple[str, str], str],
    seen: set[tuple[str, str]],
    typed: dict[str, dict[str, str]],
) -> Iterator[str]:
    text = read_text(line)
    place = text.event, text.field
    salt = bytes.fromhex(text.salt)
    if place not in committed:
        yield f"is for {text.field} of event {text.event}, which has no such text: it was added or changed."
    elif commitment(salt, text.text) != committed[place] or salt.hex() != text.salt:
        yield f"isn't what was typed into {text.field} of event {text.event}: text or salt was changed."
    else:
        typed.setdefault(text.event, {})[text.field] = text.text
    if place in seen:
        yield f"is a second text for {text.field} of event {text.event}."
    seen.add(place)
