"""Writes the whole log as a directory that anyone can verify offline, in C2SP's tlog-tiles layout."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import mkdtemp

from workflows.audit.tlog.checkpoint import read_body
from workflows.audit.tlog.merkle import levels_of
from workflows.audit.tlog.note import VerifierKey, read_note
from workflows.audit.tlog.sealed_entry import entry_hash
from workflows.audit.tlog.tiles import entries_path, in_bundles, pack_entries, tile_bytes, tiles_of
from workflows.audit.tlog.typed_text import Text
from workflows.database.private_files import write_new

CHECKPOINT = "checkpoint"
TEXTS = "texts.jsonl"
KEYS = "vkeys"
README = "README.txt"

_README = """\
This is the complete audit log of a Daypass installation. You can verify it without Daypass's servers.

checkpoint          The signed tree head: the log's name, how many events it holds, the root hash of the
                    Merkle tree over them (RFC 6962), and the signatures. A C2SP tlog-checkpoint.
checkpoints/        Every checkpoint ever made, in order; the last one is `checkpoint`.
tile/entries/       The events, up to 256 in each file. Two big-endian bytes before each give its length.
                    An event is canonical JSON (RFC 8785). `version` and `position` are its place in the history
                    of its subject; `of` is how many events have that version, if there are several.
                    Its `texts` has a salted commitment to each
                    text that people typed, not the text itself. An event of a private incident can be
                    sealed: it is replaced by {"format":"daypass/sealed/v1","hash":...}, with its leaf
                    hash in hex, and its texts are left out.
tile/<level>/       The hashes of the tree, in C2SP's tlog-tiles layout, for other tools to read.
texts.jsonl         What people typed, one text a line: event, field, salt, text. An erased text has no
                    line; its commitment stays, and the log still verifies. A commitment is SHA-256 over
                    "daypass/text/v1", a newline, the salt's length in one byte, the salt, and the text.
vkeys               The public keys that the exporter says it signs with (C2SP verifier keys). They prove
                    nothing by themselves: get the keys you verify with from another source.

To verify: daypass audit verify DIRECTORY --key VERIFIER_KEY
Other tools that read tlog-tiles, signed notes and checkpoints can verify everything but the texts and sealed events.
"""


class ExportError(Exception):
    """The export can't be written; the message says why and what to do."""


def checkpoint_path(number: int) -> str:
    """Give the path of checkpoint `number`, counted from 1. Two checkpoints can have the same size."""
    return f"checkpoints/{number:06d}"


def write_export(
    target: Path,
    leaves: Iterable[bytes],
    texts: Iterable[Text],
    notes: Sequence[str],
    keys: Iterable[VerifierKey],
) -> None:
    """Write the directory `target`, whole or not at all, readable by its owner alone.

    `notes` are all checkpoints, oldest first; the leaves, sealed or not, are exactly those that the last one signs.
    Raises ExportError if the target exists, there is no checkpoint, or it signs another number of events.
    """
    if target.exists():
        raise ExportError(f"{target} already exists. Name a new directory; an export never overwrites one.")
    if not notes:
        raise ExportError(
            "The log has no checkpoint yet, so there is nothing signed to export. Try again in a minute."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        _write_files(draft, leaves, texts, notes, keys)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _write_files(
    root: Path,
    leaves: Iterable[bytes],
    texts: Iterable[Text],
    notes: Sequence[str],
    keys: Iterable[VerifierKey],
) -> None:
    hashes = _write_entries(root, leaves)
    signed = read_body(read_note(notes[-1].encode()).body).size
    if signed != len(hashes):
        raise ExportError(
            f"The last checkpoint signs {signed} events, but {len(hashes)} were given to export. "
            "Give only those that it signs; later ones belong to the next checkpoint."
        )
    levels = levels_of(hashes)
    for tile in tiles_of(len(hashes)):
        _write(root, tile.path, tile_bytes(levels, tile))
    for number, note in enumerate(notes, start=1):
        _write(root, checkpoint_path(number), note.encode())
    _write(root, CHECKPOINT, notes[-1].encode())
    _write(root, TEXTS, b"".join(text.line for text in texts))
    _write(root, KEYS, "".join(f"{key.text}\n" for key in keys).encode())
    _write(root, README, _README.encode())


def _write_entries(root: Path, leaves: Iterable[bytes]) -> list[bytes]:
    hashes: list[bytes] = []
    for index, run in enumerate(in_bundles(leaves)):
        _write(root, entries_path(index, len(run)), pack_entries(run))
        hashes.extend(entry_hash(entry) for entry in run)
    return hashes


def _write(root: Path, path: str, data: bytes) -> None:
    write_new(root / path, data)
