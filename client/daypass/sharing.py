"""Lets several programs on this computer use one grant: the last to end gives it back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from daypass.errors import DaypassError
from daypass.private_files import create, make_folder

try:
    import fcntl
except ImportError:  # Windows: each program counts as the last
    fcntl = None  # type: ignore[assignment]

_TO_GIVE_BACK = b"give back"


@dataclass
class Share:
    """One program's part in a grant. Its lock goes with the process, however that ends."""

    file: Path
    handle: int

    def is_last(self) -> bool:
        """Tell whether no other program here uses the grant."""
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    @property
    def is_marked(self) -> bool:
        """Whether the grant was requested for one of the programs here."""
        return os.pread(self.handle, len(_TO_GIVE_BACK), 0) == _TO_GIVE_BACK


def note_request(folder: Path, request: str) -> None:
    """Note that this was requested for a program here, so that the last that uses its grant gives it back."""
    with suppress(OSError, DaypassError):
        make_folder(folder)
        create(folder / request, _TO_GIVE_BACK.decode())


def forget_request(folder: Path, request: str) -> None:
    """Forget a request that never becomes a grant."""
    with suppress(OSError):
        (folder / request).unlink()


@contextmanager
def shared(folder: Path, grant: str) -> Iterator[Share | None]:
    """Take part in a grant while the block lasts; None where that can't be told."""
    if fcntl is None or not grant.replace("_", "").isalnum():
        yield None
        return
    try:
        make_folder(folder)
        file = folder / grant
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        fcntl.flock(handle, fcntl.LOCK_SH)
    except (OSError, DaypassError):
        yield None
        return
    try:
        share = Share(file, handle)
        yield share
        if share.is_last():
            with suppress(OSError):
                file.unlink()
    finally:
        os.close(handle)
