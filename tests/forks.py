"""Real processes, forked from one that has imported Daypass already: to import it anew takes each over a second."""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.cli.commands import main
from bot.demo.stage import ROOT


def fork(live: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start the process in which `live` is called; an orderly end of the tests ends it, too."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.preloaded"])
    process = context.Process(target=live, args=arguments, daemon=True)
    process.start()
    return process


async def ended(process: BaseProcess) -> int:
    """How it ended, after it did: its exit code, or minus the signal that killed it."""
    while process.exitcode is None:
        await asyncio.sleep(0.02)
    return process.exitcode


@dataclass(frozen=True)
class Done:
    """What a command printed, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Command:
    """Daypass's command line at work, in an environment that holds nothing else."""

    process: BaseProcess
    files: TemporaryDirectory[str] = field(repr=False)

    async def has_told(self, words: str) -> None:
        """Return once it says these words, on its standard error."""
        async with asyncio.timeout(60):
            while words not in (told := self._printed("stderr")):
                assert self.process.is_alive(), f"it ended and never said {words!r}: {told}"
                await asyncio.sleep(0.02)

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        assert self.process.pid
        os.kill(self.process.pid, signal.SIGINT)

    async def done(self) -> Done:
        """What came of it, after it ended."""
        async with asyncio.timeout(300):
            code = await ended(self.process)
        return Done(code, self._printed("stdout"), self._printed("stderr"))

    def _printed(self, name: str) -> str:
        file = Path(self.files.name, name)
        return file.read_text() if file.exists() else ""


def begin(environment: Mapping[str, str], *arguments: str) -> Command:
    """The command, started."""
    files = TemporaryDirectory()
    return Command(fork(_live, arguments, dict(environment), files.name), files)


def _live(arguments: tuple[str, ...], environment: dict[str, str], files: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever began the tests may have it ignored
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(Path(files, name), os.O_WRONLY | os.O_CREAT, 0o600), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["daypass", *arguments]
    main(list(arguments))
