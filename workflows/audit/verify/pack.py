"""Verifies an evidence pack offline: its manifest's signature, every file, its checkpoints, samples and events."""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from workflows.audit.export.extract import read_line
from workflows.audit.export.manifest import MANIFEST, Manifest, read_manifest
from workflows.audit.export.sampling import misdrawn, sampled
from workflows.audit.tlog.canonical import LeafError
from workflows.audit.tlog.checkpoint import Checkpoint, open_checkpoint
from workflows.audit.tlog.merkle import verify_consistency
from workflows.audit.tlog.note import NoteError, VerifierKey, verify_note
from workflows.audit.verify.extract import ExtractReport, extract_lines, verify_extract
from workflows.audit.verify.seen_checkpoints import Seen
from workflows.audit.verify.size_limits import SMALL_BYTES
from workflows.audit.verify.stories import Workflows
from workflows.audit.witness.witness import WitnessPolicy

MAX_FILES = 50
SAMPLES, EVENTS, SEED, NEWEST, GROWTH = (
    "samples.json",
    "events.jsonl",
    "seed.checkpoint",
    "newest.checkpoint",
    "growth.json",
)
_NEEDED = (SAMPLES, EVENTS, SEED, NEWEST, GROWTH)

_UNREADABLE = (OSError, EOFError, BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError)
"""What reading a ZIP raises that someone wrote with ill will; of an encrypted one a RuntimeError."""


@dataclass(frozen=True)
class PackReport:
    """The result. Without `problems`, the pack is as it was signed, and its samples and events are the log's."""

    manifest: Manifest | None
    extract: ExtractReport | None
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems and self.extract is not None and self.extract.ok


class _Unreadable(ValueError):
    """The pack can't be read further; the message says why."""


def verify_pack(
    path: Path,
    keys: Sequence[VerifierKey],
    workflows: Workflows,
    seen: Sequence[Seen] = (),
    witnesses: WitnessPolicy | None = None,
    largest: int = 2**30,
) -> PackReport:
    """Check a pack's ZIP against `keys`. Problems are reported, not raised; `largest` is in bytes, unpacked.

    That the counts and exceptions on its page are true isn't shown by this: they were counted from the database.
    """
    try:
        files = _read(path, largest)
        manifest = _manifest(files, keys)
    except _UNREADABLE as error:
        return PackReport(None, None, (f"{path} can't be trusted: {error}",))
    problems = [*_file_faults(files, manifest)]
    missing = [name for name in _NEEDED if name not in files]
    if missing:
        return PackReport(manifest, None, (*problems, f"Files are missing: {', '.join(missing)}."))
    with TemporaryDirectory() as directory:
        events = Path(directory, EVENTS)
        events.write_bytes(files[EVENTS])
        extract = verify_extract(events, keys, None, workflows, seen, witnesses)
    problems += _log_faults(files, manifest, keys)
    return PackReport(manifest, extract, tuple(problems))


def pack_lines(report: PackReport) -> list[str]:
    """Write the report for people, worst first."""
    lines = ["The evidence pack is as it was signed." if report.ok else "The evidence pack does NOT verify."]
    lines += [f"- {problem}" for problem in report.problems]
    if report.manifest:
        lines.append(
            f"Log {report.manifest.origin}, {report.manifest.period}, {len(report.manifest.files)} files."
        )
    if report.extract:
        lines += [
            f"{EVENTS}: {line}" for line in extract_lines(report.extract) if not line.startswith("Digest ")
        ]
    lines.append(
        "What its page counts was read from Daypass's database: compare it with an export of the whole log."
    )
    return lines


def _read(path: Path, largest: int) -> dict[str, bytes]:
    """The files. Raises OSError, what zipfile raises, or _Unreadable where there is too much."""
    files: dict[str, bytes] = {}
    left = largest
    with ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_FILES:
            raise _Unreadable(f"it has {len(entries)} files, more than a pack can have.")
        for entry in entries:
            if entry.filename in files:
                raise _Unreadable(f"it has two files called {entry.filename!r}.")
            if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise _Unreadable(f"{entry.filename!r} is compressed in a way that packs aren't.")
            with archive.open(entry) as file:
                data = file.read(left + 1)
            left -= len(data)
            if left < 0:
                raise _Unreadable("unpacked it is larger than --largest allows.")
            files[entry.filename] = data
    return files


def _manifest(files: Mapping[str, bytes], keys: Sequence[VerifierKey]) -> Manifest:
    note = files.get(MANIFEST)
    if note is None or len(note) > SMALL_BYTES:
        raise _Unreadable(f"it has no {MANIFEST} that can be read.")
    verified = verify_note(note, keys)
    manifest = read_manifest(verified.body)
    if manifest.origin not in {key.name for key in verified.signed_by}:
        raise NoteError(
            f"It speaks for the log {manifest.origin}, but no given key of that log has signed it."
        )
    return manifest


def _file_faults(files: Mapping[str, bytes], manifest: Manifest) -> Iterator[str]:
    for name, data in files.items():
        if name == MANIFEST:
            continue
        if name not in manifest.files:
            yield f"{name!r} was added: the manifest doesn't list it."
        elif hashlib.sha256(data).hexdigest() != manifest.files[name]:
            yield f"{name} was changed."
    yield from (f"{name} was removed." for name in manifest.files if name not in files)


def _log_faults(files: Mapping[str, bytes], manifest: Manifest, keys: Sequence[VerifierKey]) -> Iterator[str]:
    """What is wrong between the two checkpoints, the samples and the events."""
    try:
        first, second = (open_checkpoint(files[name], keys).checkpoint for name in (SEED, NEWEST))
        if {first.origin, second.origin} != {manifest.origin}:
            yield "A checkpoint in it is of another log than its manifest names."
        if not _grew(first, second, files[GROWTH]):
            yield f"{GROWTH} doesn't prove that the log of {SEED} grew into that of {NEWEST}."
        head, *events = files[EVENTS].splitlines()
        if read_line(head).get("checkpoint") != files[NEWEST].decode():
            yield f"The proofs in {EVENTS} lead to another checkpoint than {NEWEST}."
        yield from misdrawn(files[SAMPLES], first.root)
        known = {_subject(line) for line in events}
        without = sorted(sampled(files[SAMPLES]) - known)
        if without:
            yield f"The events of {len(without)} samples are missing, such as those of {without[0]}."
    except (ValueError, LeafError, LookupError, TypeError) as error:
        yield f"It can't be read to its end: {error}"


def _grew(first: Checkpoint, second: Checkpoint, written: bytes) -> bool:
    proof = [base64.b64decode(one, validate=True) for one in json.loads(written)["proof"]]
    return verify_consistency(first.size, second.size, proof, first.root, second.root)


def _subject(line: bytes) -> str | None:
    event = read_line(line).get("event")
    return str(event.get("subject")) if isinstance(event, dict) else None
