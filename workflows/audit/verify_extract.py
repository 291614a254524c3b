"""Verifying an extract offline: each event against the signed checkpoint in its first line."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflows.audit.checkpoint import Opened, open_checkpoint
from workflows.audit.extract import END, HEAD, read_line, read_proof, read_texts
from workflows.audit.leaf import Leaf, canonical, commitment, read_leaf
from workflows.audit.merkle import leaf_hash, verify_inclusion
from workflows.audit.note import NoteError, VerifierKey

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

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass
class _Tally:
    events: int = 0
    texts: int = 0
    erased: int = 0
    last: int = -1


def verify_extract(path: Path, keys: Sequence[VerifierKey], logged: str | None = None) -> ExtractReport:
    """Check every line of an extract against its checkpoint, and that against `keys`; `logged` is the digest that
    the log's event of the export has, if it is known.

    Problems are reported, not raised. That no event between two others was left out can't be seen in an
    extract; that the extract is the one that was taken shows by its digest, which the log has.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        return _unreadable(f"{path} can't be read: {error.strerror}.")
    *lines, rest = data.split(b"\n")
    problems = [] if not rest else ["The last line doesn't end with a newline: the file was cut or changed."]
    if not lines:
        return _unreadable("There is no line in it: the file was cut, or is no extract.")
    try:
        head, opened = _open(lines[0], keys)
    except NoteError as error:
        return _unreadable(f"The checkpoint in line 1 can't be trusted. {error}")
    except ValueError as error:
        return _unreadable(f"Line 1 can't be read: it was changed, or lines were moved. {error}")
    end = _end(lines[-1]) if len(lines) > 1 else None
    body = lines[1:-1] if end else lines[1:]
    tally = _Tally()
    problems += [fault for n, line in enumerate(body, start=2) for fault in _faults(n, line, opened, tally)]
    digest = hashlib.sha256(b"".join(line + b"\n" for line in (lines[0], *body))).hexdigest()
    problems += _end_faults(end, tally, len(body), digest)
    if logged is not None and logged.strip().lower() != digest:
        problems.append(
            "It isn't the extract that the log knows by the digest you gave: an event was left out, or what "
            "stands about the extract in its first line was changed."
        )
    if opened.checkpoint.origin in opened.unknown:
        problems.append(
            "Its checkpoint is also signed by a key of the log that you did not give. Give all keys."
        )
    return ExtractReport(
        events=tally.events,
        size=opened.checkpoint.size,
        texts=tally.texts,
        erased=tally.erased,
        digest=digest,
        complete=not head["more"] and not head["later"],
        problems=tuple(problems),
    )


def extract_lines(report: ExtractReport) -> list[str]:
    """The report for a person, worst first."""
    more = len(report.problems) - _SHOWN
    return [
        "Every event in it is as it was signed." if report.ok else "The extract does NOT verify.",
        *(f"- {problem}" for problem in report.problems[:_SHOWN]),
        *([f"- … and {more} more of the kind."] if more > 0 else []),
        f"{report.events} events, proven against a checkpoint of {report.size} events.",
        f"{report.texts} texts match their commitments, {report.erased} were erased.",
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
        yield from _text_faults(index, event, read["texts"], tally)
    except ValueError as error:
        yield f"Event {index}, in line {number}, can't be read: it was changed. {error}"


def _text_faults(index: int, event: Leaf, said: object, tally: _Tally) -> Iterator[str]:
    fields: set[str] = set()
    for one in read_texts(event.id, said):
        if one.field not in event.texts or one.field in fields:
            yield f"Event {index} has no such text as the one given for {one.field}: it was added or changed."
            continue
        fields.add(one.field)
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
