"""Says how things stand while somebody waits: on standard error, or in the notebook's cell, in one place."""

import sys
from contextlib import suppress
from typing import Any

from daypass.text import one_line

_SHOWN_LINES = 4


class Progress:
    """Says one sentence after another, on standard error."""

    def tell(self, sentence: str) -> None:
        """Say it; what others typed stays on one line. A terminal that has gone is no reason to stop."""
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{one_line(sentence)}\n")
            sys.stderr.flush()


class NotebookProgress(Progress):
    """Shows the newest sentences under the cell, in place of the ones before."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._lines: list[str] = []
        self._shown: Any = None

    def tell(self, sentence: str) -> None:
        """Show it, with the few before it."""
        self._lines = [*self._lines, one_line(sentence)][-_SHOWN_LINES:]
        bundle = {"text/plain": "\n".join(self._lines)}
        with suppress(Exception):  # the kernel may be ending: nobody looks any more
            if self._shown is None:
                self._shown = self._display(bundle, raw=True, display_id=True)
            else:
                self._shown.update(bundle, raw=True)


def progress() -> Progress:
    """Return what shows progress where whoever waits looks; a notebook's shell has a kernel, a terminal's none."""
    if "IPython" not in sys.modules:
        return Progress()
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    shell = get_ipython()
    return NotebookProgress(display) if shell is not None and hasattr(shell, "kernel") else Progress()
