"""Files that only their owner may read: what Daypass writes says who could do what, and why."""

import logging
import os
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

FILE = 0o600
DIRECTORY = 0o700
_OTHERS = 0o077
_BESIDE_SQLITE = ("", "-wal", "-shm", ".lock")


def write_new(file: Path, data: bytes) -> None:
    """Write a file, and the directories above it that are missing, for their owner alone."""
    make_directory(file.parent)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE), "wb") as opened:
        opened.write(data)


def make_directory(directory: Path) -> None:
    """Make the directory, and those above it that are missing, for their owner alone; `mkdir` gives that to the last."""
    if not directory.exists():
        make_directory(directory.parent)
        directory.mkdir(DIRECTORY, exist_ok=True)


def keep_sqlite_private(database: Path) -> None:
    """Make the database's file for its owner alone, or take from others what they may do with the files there are.

    SQLite gives its `-wal` and `-shm` the mode of the database. An existing file is never opened here: closing it
    would let go of every lock that this process holds on it (sqlite.org/howtocorrupt.html, section 2.2).
    """
    with suppress(OSError):
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE))
    for ending in _BESIDE_SQLITE:
        with suppress(FileNotFoundError):
            _tighten(database.with_name(database.name + ending))


def _tighten(file: Path) -> None:
    mode = file.stat().st_mode & 0o777
    if not mode & _OTHERS:
        return
    try:
        file.chmod(mode & ~_OTHERS)
    except PermissionError:
        log.warning("%s can be read or written by others on this machine. Run: chmod go= %s", file, file)
    else:
        log.warning("%s could be read or written by others on this machine; now only its owner can.", file)
