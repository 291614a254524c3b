"""What a source of evidence is: it knows versions, and may make one live by an alias."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from integrations.egress import Reach
from workflows.releases.deployments import Deployments
from workflows.releases.evidence import Registry
from workflows.releases.performers import Target


@dataclass(frozen=True)
class SourceAddress:
    """Which source is set up, by its name, and how Daypass gets in: a bearer token, a user and password, an App with the
    file of its key, an access key for a region of Amazon, the file of a token, or nothing."""

    source: str
    url: str
    token: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    app: str | None = None
    key: Path | None = None
    region: str | None = None


@dataclass(frozen=True)
class OpenSource:
    """A source that is in use. `targets` are those that it makes live itself, by the kind of the terms' target."""

    registry: Registry
    targets: Mapping[str, Target]
    deployments: Deployments | None = None
    """Set by a source whose versions wait for a verdict."""


@dataclass(frozen=True)
class EvidenceSource:
    """A source, by its name. `open` asks it nothing: it may be away. `now` says when a reading began."""

    name: str
    open: Callable[[SourceAddress, Reach, Callable[[], datetime]], AbstractAsyncContextManager[OpenSource]]
    targets: tuple[str, ...]
    """The kinds of targets that it has."""
    not_set_up: str
    """What is said in its place where it isn't set up."""
    untried: bool = False
    """Whether it was only ever tried against documented answers; it is said when it is opened."""
