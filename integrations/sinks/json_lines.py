"""A file with a line of JSON for each checkpoint, for a SIEM or a log shipper to carry off.

Each line has `type` (`daypass.checkpoint`), `time` (RFC 3339), `size` (events signed) and `note`, the signed note whole
(https://c2sp.org/tlog-checkpoint).
"""

import asyncio
import json
import os
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from workflows.audit.sequencer import Head
from workflows.ports import Retryable

READ_BACK_BYTES = 1_000_000
"""How much of the file's end is read back."""
TYPE = "daypass.checkpoint"


class JsonLines:
    """Appends to one file. Several processes may share it: a line is one write."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.where = f"the file {path}"

    async def keep(self, head: Head) -> None:
        """Append the checkpoint, and return when it is on the disk. Raises Retryable."""
        await asyncio.to_thread(self._keep, head)

    async def kept(self) -> list[str]:
        """The newest signed notes. Raises Retryable."""
        return await asyncio.to_thread(self._kept)

    def _keep(self, head: Head) -> None:
        if head.note in self._kept():
            return
        entry = {"type": TYPE, "time": head.at.isoformat(), "size": head.size, "note": head.note}
        try:
            with self._path.open("a+b") as file:
                file.write(_gap(file) + json.dumps(entry, ensure_ascii=False).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Retryable(
                f"{self._path} can't be written ({error.strerror}). Give Daypass the right to."
            ) from error

    def _kept(self) -> list[str]:
        """A line that was cut, or that isn't a checkpoint's, is passed over."""
        try:
            with self._path.open("rb") as file:
                file.seek(max(0, self._path.stat().st_size - READ_BACK_BYTES))
                lines = file.read().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Retryable(
                f"{self._path} can't be read ({error.strerror}). Give Daypass the right to."
            ) from error
        return [note for line in lines if (note := _note_in(line))]


def _gap(file: BinaryIO) -> bytes:
    """What ends a line that was cut, so that the next one stands by itself."""
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def _note_in(line: bytes) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    right = isinstance(entry, dict) and entry.get("type") == TYPE and isinstance(entry.get("note"), str)
    return str(entry["note"]) if right else ""


def open_json_lines(url: str) -> JsonLines:
    """A sink at `file:///var/log/daypass/checkpoints.jsonl`. Raises ValueError if it names no absolute path here."""
    parts = urlsplit(url)
    path = Path(unquote(parts.path))
    if parts.netloc or not path.is_absolute() or not path.name or parts.query or parts.fragment:
        raise ValueError(
            f"“{url[:80]}” names no file; write file:// and its whole path, such as file:///var/log/d.jsonl"
        )
    return JsonLines(path)
