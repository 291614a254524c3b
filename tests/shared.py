"""A server that all workers of a test run share: whoever needs it first starts it, and leaves last."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

Running = Callable[[Path], AbstractContextManager[str]]
"""Runs a server with its files in a directory for as long as the block lasts, and gives its address."""


@contextmanager
def shared(common: Path, name: str, running: Running) -> Iterator[str]:
    """Give the address of the server of that name; `common` is a directory that all workers know.

    A server dies with the worker that started it. So that worker takes the address back before it ends, which
    makes the next one who asks start another server, and waits for those who still use this one. They hold a
    flock(2) on a file of the server's, which the kernel frees however a worker ends.
    """
    lock, address = common / f"{name}.lock", common / f"{name}.address"
    with ExitStack() as leaving:
        with _locked(lock, fcntl.LOCK_EX):
            if not address.exists():
                directory = common / f"{name}-{os.getpid()}"
                url = leaving.enter_context(running(directory))
                address.write_text(f"{url}\n{directory}")
                leaving.callback(_leave_last, lock, address, directory / "users")
            url, directory_of = address.read_text().splitlines()
            leaving.enter_context(_locked(Path(directory_of, "users"), fcntl.LOCK_SH))
        yield url


def _leave_last(lock: Path, address: Path, users: Path) -> None:
    with _locked(lock, fcntl.LOCK_EX):
        address.unlink()
    with _locked(users, fcntl.LOCK_EX):
        pass  # nobody uses it any more


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, how)
        yield
