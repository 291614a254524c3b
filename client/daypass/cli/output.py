"""What every command prints with: results on standard output, everything else on standard error."""

from typing import NoReturn

from rich.console import Console

from daypass.progress import Progress

out = Console(highlight=False, soft_wrap=True)
tell = Progress().tell


def fail(sentence: str) -> NoReturn:
    """Print it on standard error and end the process with 1."""
    for line in sentence.splitlines():
        tell(line)
    raise SystemExit(1)
