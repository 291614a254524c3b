"""Calls Daypass for a command, and says what a wait came to as an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from daypass.api import Daypass
from daypass.cli.output import tell
from daypass.errors import Denied, NotInTime, Over
from daypass.holding import as_caller
from daypass.waiting import ExitVerdict


@contextmanager
def calling() -> Iterator[Daypass]:
    """Open the API as whoever calls; a person at a terminal who isn't signed in is asked to. Raises DaypassError."""
    with as_caller(tell) as api:
        yield api


@contextmanager
def verdicts() -> Iterator[None]:
    """End the command with the verdict's exit code, and its sentence, where there is no access."""
    try:
        yield
    except (Denied, Over, NotInTime) as error:
        tell(str(error))
        codes = {Denied: ExitVerdict.DENIED, Over: ExitVerdict.OVER, NotInTime: ExitVerdict.NOT_IN_TIME}
        raise typer.Exit(codes[type(error)]) from error
