"""Verifying an extract offline: each event against the signed checkpoint in its first line."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from workflows.audit.export.extract import END, HEAD, read_line, read_proof, read_texts
from workflows.audit.tlog.checkpoint import Checkpoint, Opened, open_checkpoint
from workflows.audit.tlog.leaf import Leaf, canonical, commitment, read_leaf
from workflows.audit.tlog.merkle import leaf_hash, verify_inclusion
from workflows.audit.tlog.note import NoteError, VerifierKey
from workflows.audit.verify.seen_checkpoints import Seen, seen_faults
from workflows.audit.verify.size_limits import LINE_BYTES, PROBLEMS
from workflows.audit.verify.stories import NONE_REPLAYED, ExportedEvent, Stories, Workflows, replay_stories

_SHOWN = 40


@dataclass(frozen=True)
class ExtractReport:
    """What came out. `problems` are sentences that name the event; without any, each event is as it was signed.

    `digest` is the one to look for in the log's event of the export; `complete` is whether nothing else fitted.
    """

    events: int
    size: int
    texts: int
    erased: int
    digest: str
    complete: bool
    problems: tuple[str, ...]
    stories: Stories = NONE_REPLAYED

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass
class _Tally:
    events: int = 0
    texts: int = 0
    erased: int = 0
    last: int = -1
    events_read: list[ExportedEvent] = field(default_factory=list)


def verify_extract(
    path: Path,
    keys: Sequence[VerifierKey],
    logged: str | None = None,
    workflows: Workflows | None = None,
    seen: Sequence[Seen] = (),
) -> ExtractReport:
    """Check every line of an extract against its checkpoint, and that against `keys`; `logged` is the digest that
    the log's event of the export has, if it is known. Stories that are in it whole are replayed through `workflows`;
    checkpoints `seen` elsewhere are held against its own, where both are of the same size.

    Problems are reported, not raised. That no event between two others was left out can't be seen in an
    extract; that the extract is the one that was taken shows by its digest, which the log has. It is read line by
    line, none longer than 1 MiB; what is kept is the events themselves.
    """
    try:
        with path.open("rb") as file:
            return _verify(_Lines(file), keys, logged, workflows or {}, seen)
    except OSError as error:
        return _unreadable(f"{path} can't be read: {error.strerror}.")


class _Lines:
    """The lines of a file, each without its end; the reading stops at one that can't be a line of an extract."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.fault: str | None = None

    def __iter__(self) -> Iterator[bytes]:
        number = 0
        while line := self._file.readline(LINE_BYTES + 1):
            number += 1
            if len(line) > LINE_BYTES:
                self.fault = (
                    f"Line {number} is longer than {LINE_BYTES:,} bytes: nothing from there on was read."
                )
                return
            if not line.endswith(b"\n"):
                self.fault = "The last line doesn't end with a newline: the file was cut or changed."
                return
            yield line[:-1]


def _verify(
    lines: _Lines,
    keys: Sequence[VerifierKey],
    logged: str | None,
    workflows: Workflows,
    seen: Sequence[Seen],
) -> ExtractReport:
    read = iter(lines)
    first = next(read, None)
    if first is None:
        return _unreadable(lines.fault or "There is no line in it: the file was cut, or is no extract.")
    try:
        head, opened = _open(first, keys)
    except NoteError as error:
        return _unreadable(f"The checkpoint in line 1 can't be trusted. {error}")
    except ValueError as error:
        return _unreadable(f"Line 1 can't be read: it was changed, or lines were moved. {error}")
    problems: list[str] = []
    tally, hashed = _Tally(), hashlib.sha256(first + b"\n")
    end, count, last = None, 0, next(read, None)
    while last is not None and len(problems) < PROBLEMS:
        following = next(read, None)
        if following is None and (end := _end(last)):
            break
        count += 1
        hashed.update(last + b"\n")
        problems += _faults(count + 1, last, opened, tally)
        last = following
    digest = hashed.hexdigest()
    stories = replay_stories(tally.events_read, workflows)
    return ExtractReport(
        events=tally.events,
        size=opened.checkpoint.size,
        texts=tally.texts,
        erased=tally.erased,
        digest=digest,
        complete=not head["more"] and not head["later"],
        problems=(
            *([lines.fault] if lines.fault else []),
            *_seen_faults(seen, keys, opened.checkpoint),
            *problems,
            *([] if problems else stories.faults),
            *_end_faults(end, tally, count, digest),
            *_about_faults(logged, digest, opened),
        ),
        stories=stories,
    )


def _about_faults(logged: str | None, digest: str, opened: Opened) -> Iterator[str]:
    if logged is not None and logged.strip().lower() != digest:
        yield (
            "It isn't the extract that the log knows by the digest you gave: an event was left out, or what "
            "stands about the extract in its first line was changed."
        )
    if opened.checkpoint.origin in opened.unknown:
        yield "Its checkpoint is also signed by a key of the log that you did not give. Give all keys."


def _seen_faults(seen: Sequence[Seen], keys: Sequence[VerifierKey], own: Checkpoint) -> Iterator[str]:
    """An extract can't prove how its log grew, so only a checkpoint of the same size can be compared."""
    for one in seen:
        sizes = [found.size for found in _opened(one, keys)]
        if sizes and sizes != [own.size]:
            yield (
                f"The checkpoint from {one.where} signs {sizes[0]} events, and this extract stands under one of "
                f"{own.size}: they can't be compared here. Verify an export of the whole log with it."
            )
        else:
            yield from seen_faults([one], keys, own.origin, own.size, lambda size: own.root)


def _opened(one: Seen, keys: Sequence[VerifierKey]) -> list[Checkpoint]:
    try:
        return [open_checkpoint(one.note, keys).checkpoint]
    except NoteError:
        return []


def extract_lines(report: ExtractReport) -> list[str]:
    """The report for a person, worst first."""
    more = len(report.problems) - _SHOWN
    return [
        "Every event in it is as it was signed." if report.ok else "The extract does NOT verify.",
        *(f"- {problem}" for problem in report.problems[:_SHOWN]),
        *([f"- … and {more} more of the kind."] if more > 0 else []),
        f"{report.events} events, proven against a checkpoint of {report.size} events.",
        f"{report.texts} texts match their commitments, {report.erased} were erased.",
        f"{report.stories.replayed} stories replayed from the first event on; of {report.stories.left_out} it has a part.",
        f"Digest {report.digest}: the log's event of the export has to say the same.",
        *(
            []
            if report.complete or not report.ok
            else ["More events fitted than are in it: it says so itself."]
        ),
    ]


def _unreadable(sentence: str) -> ExtractReport:
    return ExtractReport(0, 0, 0, 0, "none", False, (sentence,))


def _open(line: bytes, keys: Sequence[VerifierKey]) -> tuple[dict[str, object], Opened]:
    """The first line and its checkpoint. Raises ValueError, of which NoteError is one."""
    head = read_line(line)
    if head.get("format") != HEAD or head.keys() != {"format", "about", "checkpoint", "more", "later"}:
        raise ValueError(f"It isn't the head of an extract ({HEAD}).")
    return head, open_checkpoint(str(head["checkpoint"]).encode(), keys)


def _end(line: bytes) -> dict[str, object] | None:
    try:
        end = read_line(line)
    except ValueError:
        return None
    return end if end.get("format") == END else None


def _faults(number: int, line: bytes, opened: Opened, tally: _Tally) -> Iterator[str]:
    """What is wrong with the event in this line; each sentence names it."""
    tally.events += 1
    try:
        read = read_line(line)
    except ValueError as error:
        yield f"Line {number}, after event {tally.last}, can't be read. {error}"
        return
    index = read.get("index")
    if type(index) is not int or read.keys() != {"index", "event", "texts", "proof"}:
        yield f"Line {number}, after event {tally.last}, isn't an event of an extract: it was added or changed."
        return
    if index <= tally.last:
        yield f"Event {index}, in line {number}, comes after event {tally.last}: lines were reordered or doubled."
    tally.last = index
    try:
        leaf = canonical(read["event"])
        event = read_leaf(leaf)
        proof = read_proof(read["proof"])
        head = opened.checkpoint
        if not verify_inclusion(leaf_hash(leaf), index, head.size, proof, head.root):
            yield (
                f"Event {index} ({event.action} of {event.subject}), in line {number}, is not what the checkpoint "
                "signs at that place: the event, its index or its proof was changed."
            )
        typed: dict[str, str] = {}
        yield from _text_faults(index, event, read["texts"], tally, typed)
        tally.events_read.append(ExportedEvent(index, event, typed))
    except ValueError as error:
        yield f"Event {index}, in line {number}, can't be read: it was changed. {error}"


def _text_faults(
    index: int, event: Leaf, said: object, tally: _Tally, typed: dict[str, str]
) -> Iterator[str]:
    fields: set[str] = set()
    for one in read_texts(event.id, said):
        if one.field not in event.texts or one.field in fields:
            yield f"Event {index} has no such text as the one given for {one.field}: it was added or changed."
            continue
        fields.add(one.field)
        typed[one.field] = one.text
        tally.texts += 1
        salt = bytes.fromhex(one.salt)
        if commitment(salt, one.text) != event.texts[one.field] or salt.hex() != one.salt:
            yield f"The text for {one.field} of event {index} isn't what was typed: text or salt was changed."
    tally.erased += len(event.texts.keys() - fields)


def _end_faults(end: dict[str, object] | None, tally: _Tally, count: int, digest: str) -> Iterator[str]:
    if end is None:
        yield f"The line that ends an extract is missing: everything after event {tally.last} was cut off."
        return
    if end.get("events") != count:
        yield (
            f"It ends by counting {end.get('events')} events, and has {count}, the last one being event "
            f"{tally.last}: some were removed or added."
        )
    if end.get("digest") != digest:
        yield "The digest that it ends with isn't that of its lines: something in them was changed, or the digest."
    if end.keys() != {"format", "events", "digest"}:
        yield "Its last line has other fields than it was written with: it was changed."
