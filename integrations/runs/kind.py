"""What a kind of run is: a system that says whether a run goes on."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from integrations.egress import Reach
from workflows.access.runs import Runs


@dataclass(frozen=True)
class RunAddress:
    """Where the system is, and how Daypass gets in: a bearer token, a user and password, or neither.

    A token in a file (a password, if there is a user) is read for each call: whoever writes the file renews it.
    `authorities` is a file with the certificates to trust, if not the system's.
    """

    url: str
    token: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    token_file: Path | None = None
    authorities: Path | None = None


@dataclass(frozen=True)
class RunKind:
    """A system, by the name of its kind of run. `open` asks it nothing: it may be away."""

    name: str
    open: Callable[[RunAddress, Reach], AbstractAsyncContextManager[Runs]]
