"""Verifies an extract offline: each event against the signed checkpoint in its first line."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from workflows.audit.export.extract import END, HEAD, read_line, read_proof, read_texts
from workflows.audit.tlog.canonical import canonical
from workflows.audit.tlog.checkpoint import Checkpoint, Opened, open_checkpoint
from workflows.audit.tlog.leaf import Leaf, commitment, read_leaf
from workflows.audit.tlog.merkle import leaf_hash, verify_inclusion
from workflows.audit.tlog.note import NoteError, VerifierKey
from workflows.audit.verify.cosigned import Cosigned, cosigned_by
from workflows.audit.verify.seen_checkpoints import Seen, seen_faults
from workflows.audit.verify.size_limits import LINE_BYTES, PROBLEMS
from workflows.audit.verify.stories import NONE_REPLAYED, ExportedEvent, Stories, Workflows, replay_stories
from workflows.audit.witness.witness import WitnessPolicy

_SHOWN = 40
_OWN = "Its checkpoint"


@dataclass(frozen=True)
class ExtractReport:
    """The result. `problems` are sentences that name the event; without any, every event is as it was signed.

    `about` is who took what and when, as the file itself says; `read` are its events; `signed_at` is when its checkpoint
    was signed.

    `digest` has to match the one in the log's event of the export. `complete`: no matching event was left out.
    """

    events: int
    size: int
    texts: int
    erased: int
    digest: str
    complete: bool
    problems: tuple[str, ...]
    stories: Stories = NONE_REPLAYED
    about: Mapping[str, str] = field(default_factory=dict)
    read: tuple[ExportedEvent, ...] = ()
    signed_at: datetime | None = None
    cosigned: Cosigned | None = None

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
    witnesses: WitnessPolicy | None = None,
) -> ExtractReport:
    """Check every line of an extract against its checkpoint, and the checkpoint against `keys`.

    `logged` is the digest in the log's event of the export, if it is known. Complete stories are replayed through
    `workflows`. Checkpoints `seen` elsewhere are compared with the extract's own if both have the same size. Enough of the
    `witnesses` have to have cosigned that one.

    Problems are reported, not raised. An extract by itself can't show that no event was left out; its digest, which
    the log has, shows that it is the one that was exported. It is read line by line, at most 1 MiB each.
    """
    try:
        with path.open("rb") as file:
            return _verify(_Lines(file), keys, logged, workflows or {}, seen, witnesses)
    except OSError as error:
        return _unreadable(f"{path} can't be read: {error.strerror}.")


class _Lines:
    """A file's lines without their newlines, up to one that can't be a line of an extract, which becomes `fault`."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.fault: str | None = None

    def __iter__(self) -> Iterator[bytes]:
        number = 0
        while line := self._file.readline(LINE_BYTES + 1):
            number += 1
            if len(line) > LINE_BYTES:
                self.fault = f"Line {number} is longer than {LINE_BYTES:,} bytes: it and everything after it wasn't read."
                return
            if not line.endswith(b"\n"):
                self.fault = "The last line doesn't end with a newline: the file was cut off or changed."
                return
            yield line[:-1]


def _verify(
    lines: _Lines,
    keys: Sequence[VerifierKey],
    logged: str | None,
    workflows: Workflows,
    seen: Sequence[Seen],
    witnesses: WitnessPolicy | None,
) -> ExtractReport:
    read = iter(lines)
    first = next(read, None)
    if first is None:
        return _unreadable(lines.fault or "The file is empty: it was cut off, or isn't an extract.")
    try:
        head, opened = _open(first, keys)
    except NoteError as error:
        return _unreadable(f"The checkpoint in line 1 can't be trusted. {error}")
    except ValueError as error:
        return _unreadable(f"Line 1 can't be read: it was changed, or lines were moved. {error}")
    note = str(head["checkpoint"]).encode()
    cosigned = cosigned_by({_OWN: note}, {_OWN: opened}, witnesses)
    problems = list(cosigned.faults) if cosigned else []
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
        about=_about(head),
        read=tuple(tally.events_read),
        signed_at=opened.signed_at,
        cosigned=cosigned,
    )


def _about(head: Mapping[str, object]) -> dict[str, str]:
    about = head["about"]
    return {name: str(said) for name, said in about.items()} if isinstance(about, dict) else {}


def _about_faults(logged: str | None, digest: str, opened: Opened) -> Iterator[str]:
    if logged is not None and logged.strip().lower() != digest:
        yield (
            "It isn't the extract with the digest you gave: an event was left out, or the description in its first "
            "line was changed."
        )
    if opened.checkpoint.origin in opened.unknown:
        yield "Its checkpoint is also signed by a key of the log that you didn't give. Give all keys."


def _seen_faults(seen: Sequence[Seen], keys: Sequence[VerifierKey], own: Checkpoint) -> Iterator[str]:
    """Compare checkpoints of the same size; an extract can't prove how its log grew."""
    for one in seen:
        sizes = [found.size for found in _opened(one, keys)]
        if sizes and sizes != [own.size]:
            yield (
                f"The checkpoint from {one.where} signs {sizes[0]} events, but this extract's signs {own.size}, so they "
                "can't be compared. Verify an export of the whole log with it."
            )
        else:
            yield from seen_faults([one], keys, own.origin, own.size, lambda size: own.root)


def _opened(one: Seen, keys: Sequence[VerifierKey]) -> list[Checkpoint]:
    try:
        return [open_checkpoint(one.note, keys).checkpoint]
    except NoteError:
        return []


def extract_lines(report: ExtractReport) -> list[str]:
    """Write the report for people, worst first."""
    more = len(report.problems) - _SHOWN
    return [
        "Every event in it is as it was signed." if report.ok else "The extract does NOT verify.",
        *(f"- {problem}" for problem in report.problems[:_SHOWN]),
        *([f"- … and {more} more."] if more > 0 else []),
        f"{report.events} events, proven against a checkpoint of {report.size} events.",
        f"{report.texts} texts match their commitments, {report.erased} were erased.",
        f"{report.stories.replayed} stories replayed from their first event; {report.stories.left_out} are only partly here.",
        f"Digest {report.digest}: must match the log's event of the export.",
        *(
            []
            if report.complete or not report.ok
            else ["Incomplete: more events matched, as the extract itself says."]
        ),
    ]


def _unreadable(sentence: str) -> ExtractReport:
    return ExtractReport(0, 0, 0, 0, "none", False, (sentence,))


def _open(line: bytes, keys: Sequence[VerifierKey]) -> tuple[dict[str, object], Opened]:
    """Read the first line and its checkpoint. Raises ValueError, or NoteError if the signature isn't valid."""
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
    """Give what is wrong with the event in this line; each sentence names it."""
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
        yield f"Event {index}, in line {number}, comes after event {tally.last}: lines were reordered or duplicated."
    tally.last = index
    try:
        leaf = canonical(read["event"])
        event = read_leaf(leaf)
        proof = read_proof(read["proof"])
        head = opened.checkpoint
        if not verify_inclusion(leaf_hash(leaf), index, head.size, proof, head.root):
            yield (
                f"Event {index} ({event.action} of {event.subject}), in line {number}, isn't what the checkpoint "
                "signs there: the event, its index or its proof was changed."
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
            yield f"Event {index} has no text for {one.field}: the one here was added or changed."
            continue
        fields.add(one.field)
        typed[one.field] = one.text
        tally.texts += 1
        salt = bytes.fromhex(one.salt)
        if commitment(salt, one.text) != event.texts[one.field] or salt.hex() != one.salt:
            yield f"The text for {one.field} of event {index} isn't what was typed: the text or its salt was changed."
    tally.erased += len(event.texts.keys() - fields)


def _end_faults(end: dict[str, object] | None, tally: _Tally, count: int, digest: str) -> Iterator[str]:
    if end is None:
        yield f"The line that ends an extract is missing: everything after event {tally.last} was cut off."
        return
    if end.get("events") != count:
        yield (
            f"Its last line counts {end.get('events')} events, but it has {count}, up to event {tally.last}: some were "
            "removed or added."
        )
    if end.get("digest") != digest:
        yield "The digest in its last line doesn't match its lines: one of them or the digest was changed."
    if end.keys() != {"format", "events", "digest"}:
        yield "Its last line has unexpected fields: it was changed."
