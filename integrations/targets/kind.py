"""What a kind of target has to bring along, to be one of `KINDS`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy.engine import URL

from workflows.ports import Target

THIS_MACHINE = ("", "localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class TargetKind:
    """One kind of system where credentials are used."""

    name: str
    """To people, such as “PostgreSQL”."""
    example: str
    """A URL as an operator writes it."""
    open: Callable[[str, SecretStr], AbstractAsyncContextManager[Target]]
    """Opens the target of a name and URL, which needn't answer yet; its connections close with the block."""
    fault: Callable[[URL], str | None]
    """Says what is wrong with a URL, to go after its name; None if nothing is."""


def on_this_machine(url: URL) -> bool:
    """Whether the URL leads to this machine, by being written so."""
    return str(url.host or "") in THIS_MACHINE
