"""The signed list of an evidence pack's files: a C2SP signed note whose text names each file with its SHA-256.

The lines of the files are those of `sha256sum`. The text can't be taken for a checkpoint, which has a number in its second
line and a root hash in its third.

Source: https://c2sp.org/signed-note
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.audit.signer import Signer
from workflows.audit.tlog.note import (
    NoteError,
    VerifierKey,
    assemble,
    plain_signature,
    timed_message,
    timed_signature,
)

FORMAT = "daypass/evidence/v1"
MANIFEST = "MANIFEST"
"""The file's name; it is the only one that it doesn't list."""
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_FILE = re.compile(r"([0-9a-f]{64})  (\S+)")


@dataclass(frozen=True)
class Manifest:
    """What is signed: which log, which days, and the SHA-256 of each file in hex, by its path."""

    origin: str
    period: str
    files: Mapping[str, str]

    @property
    def body(self) -> bytes:
        """The bytes to sign. Raises NoteError if a path isn't one that every system can write."""
        wrong = [path for path in self.files if not is_path(path)]
        if wrong:
            raise NoteError(f"{wrong[0]!r} isn't a path for a file of a pack.")
        head = (FORMAT, f"log {self.origin}", f"period {self.period}", "files")
        files = (f"{digest}  {path}" for path, digest in sorted(self.files.items()))
        return "".join(f"{line}\n" for line in (*head, *files)).encode()


def is_path(path: str) -> bool:
    """Whether it is a relative path of plain names, which stays in its directory."""
    return _PATH.fullmatch(path) is not None and path != MANIFEST


def manifest_of(origin: str, period: str, files: Mapping[str, bytes]) -> Manifest:
    """List these files, given by their paths."""
    return Manifest(origin, period, {path: hashlib.sha256(data).hexdigest() for path, data in files.items()})


def read_manifest(body: bytes) -> Manifest:
    """Read the text of a note. Raises NoteError unless it is exactly what `Manifest.body` writes."""
    head, _, files = body.decode().partition("\nfiles\n")
    match head.split("\n"):
        case [str(name), str(log), str(period)] if name == FORMAT:
            found = [_FILE.fullmatch(line) for line in files.splitlines()]
            manifest = Manifest(
                log.removeprefix("log "),
                period.removeprefix("period "),
                {one[2]: one[1] for one in found if one},
            )
        case _:
            raise NoteError(f"It isn't the manifest of an evidence pack ({FORMAT}).")
    if manifest.body != body:
        raise NoteError("It isn't written as a manifest is: a line was added, changed or moved.")
    return manifest


async def sign_manifest(manifest: Manifest, signer: Signer, now: datetime) -> str:
    """Sign it with the log's key, with a second signature line that says when. Raises Retryable."""
    second = int(now.timestamp())
    version, signature = await signer.sign(manifest.body)
    _, stamp = await signer.sign(timed_message(manifest.body, second))
    key = VerifierKey(manifest.origin, (await signer.public_keys())[version])
    return assemble(manifest.body, plain_signature(key, signature), timed_signature(key, second, stamp))
