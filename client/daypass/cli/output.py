"""What every command prints with: results on standard output, everything else on standard error."""

import sys
from typing import NoReturn

import typer
from rich.console import Console

from daypass.accepting import Agree
from daypass.progress import Progress

out = Console(highlight=False, soft_wrap=True)
tell = Progress().tell


def agree() -> Agree | None:
    """Return what asks the person at the terminal; None if there is nobody to ask."""
    return _agreed if sys.stdin.isatty() else None


def confirm(question: str, yes: bool) -> None:
    """Ask before something that is hard to take back, unless `yes` says so already; ends the process if not."""
    if yes:
        return
    if not sys.stdin.isatty():
        fail("Nobody is here to ask. Add --yes to do it anyway.")
    if not _confirmed(question):
        tell("Nothing was done.")
        raise typer.Exit(1)


def _agreed(text: str) -> bool:
    for line in text.splitlines():
        tell(line)
    return _confirmed("Accept this?")


def _confirmed(question: str) -> bool:
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        raise KeyboardInterrupt from None


def fail(sentence: str) -> NoReturn:
    """Print it on standard error and end the process with 1."""
    for line in sentence.splitlines():
        tell(line)
    raise SystemExit(1)
