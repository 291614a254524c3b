"""Temporary files for one program's credential; they are gone when it is, whatever happened to an earlier one."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from daypass.private_files import create

try:
    import fcntl
except ImportError:  # Windows: only folders of one's own are removed there
    fcntl = None  # type: ignore[assignment]

_PREFIX = "daypass-run-"
_LOCK = "lock"
_YOUNG_SECONDS = 60
"""A folder that is younger may not have its lock yet."""


@contextmanager
def private_files(
    contents: Mapping[str, str], environment: Mapping[str, str] = os.environ
) -> Iterator[dict[str, str]]:
    """Write each text into a file that only this user can read; the paths, by the same names, while the block lasts."""
    if not contents:
        yield {}
        return
    base = _base(environment)
    sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
    try:
        with (folder / _LOCK).open("w") as lock:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            for name, text in contents.items():
                create(folder / name, text)
            yield {name: str(folder / name) for name in contents}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(base: Path) -> None:
    """Remove what runs that were killed left behind: a run that lives holds its folder's lock."""
    if fcntl is None:
        return
    for folder in base.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            found = folder.lstat()
            if found.st_uid != os.getuid() or time.time() - found.st_mtime < _YOUNG_SECONDS:
                continue
            with (folder / _LOCK).open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)


def _base(environment: Mapping[str, str]) -> Path:
    """The user's own folder in memory where there is one, else the system's for temporary files."""
    given = environment.get("XDG_RUNTIME_DIR", "")
    with suppress(OSError):
        if given.startswith("/") and Path(given).stat().st_uid == os.getuid() and os.access(given, os.W_OK):
            return Path(given)
    return Path(tempfile.gettempdir())
