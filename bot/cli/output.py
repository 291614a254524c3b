"""What every command prints with."""

import sys
from typing import NoReturn

import typer
from rich.console import Console

from workflows.text import one_line

MAX_LINE_CHARS = 4_000
"""At most so many characters of a line that repeats what others wrote."""
out = Console(highlight=False, soft_wrap=True)


def tell(sentence: str) -> None:
    """Report progress on stderr, apart from what is printed for programs; what others typed stays on one line."""
    typer.echo(one_line(sentence, MAX_LINE_CHARS), err=True)


def fail(sentence: str) -> NoReturn:
    """Print it on stderr and end the process with 1."""
    for line in sentence.splitlines():
        sys.stderr.write(f"{line}\n")
    raise SystemExit(1)
