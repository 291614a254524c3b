"""Runs a program: passes signals on to it, waits until it ends, and looks after the time meanwhile."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from daypass.errors import DaypassError
from daypass.text import one_line

_PASSED_ON = [
    getattr(signal, name)
    for name in ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT")
    if hasattr(signal, name)
]
_FROM_THE_KEYBOARD = [getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name)]
"""A terminal sends these to the program itself, so they are passed on only if they didn't come from one."""


class Stopped(BaseException):
    """Somebody wants this process to end before its program has begun; `code` is its exit code."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise Stopped on SIGTERM and SIGHUP while the block lasts, so that what was begun is put in order."""
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped(number)

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_child(command: Sequence[str], environment: Mapping[str, str], watch: Callable[[], float]) -> int:
    """Run the command in the foreground and return its exit code, or 128 and the signal that ended it.

    `watch` is called now and then while it runs, and returns the seconds after which it wants to be called again.
    Raises DaypassError if it can't be started.
    """
    with _passing_signals() as passed:
        try:
            child = subprocess.Popen(list(command), env=dict(environment))
        except OSError as error:
            raise DaypassError(f"{one_line(command[0], 200)} can't be started: {error.strerror}.") from error
        passed.begin(child)
        ended = threading.Event()
        threading.Thread(target=_note_end, args=(child, ended), daemon=True).start()
        while not ended.wait(watch()):
            pass
    code = child.returncode
    return code if code >= 0 else 128 - code


def _note_end(child: subprocess.Popen[bytes], ended: threading.Event) -> None:
    child.wait()
    ended.set()


class _Passed:
    """Passes signals on; those that come before the program has begun are kept for it."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def begin(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        for number in self._early:
            child.send_signal(number)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if number in _FROM_THE_KEYBOARD and _has_terminal():
            return
        if self._child is None:
            self._early.append(number)
        else:
            with suppress(OSError):
                self._child.send_signal(number)


@contextmanager
def _passing_signals() -> Iterator[_Passed]:
    passed = _Passed()
    # Handlers, not SIG_IGN, which the program would inherit.
    before = {number: signal.signal(number, passed) for number in (*_PASSED_ON, *_FROM_THE_KEYBOARD)}
    try:
        yield passed
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _has_terminal() -> bool:
    """Tell whether this process and its program are in the foreground of a terminal."""
    if sys.platform == "win32":
        return True
    for file in (0, 1, 2):
        with suppress(OSError):
            return os.tcgetpgrp(file) == os.getpgrp()
    return False
