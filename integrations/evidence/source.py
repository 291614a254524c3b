"""What a source of evidence is: it knows versions, and may make one live by an alias."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from integrations.egress import Reach
from workflows.releases.evidence import Registry
from workflows.releases.performers import Target


@dataclass(frozen=True)
class SourceAddress:
    """Which source is set up, by its name, and how Daypass gets in: a bearer token, a user and password, or neither."""

    source: str
    url: str
    token: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None


@dataclass(frozen=True)
class OpenSource:
    """A source that is in use. `alias` is the target of services that go live by an alias of its."""

    registry: Registry
    alias: Target


@dataclass(frozen=True)
class EvidenceSource:
    """A source, by its name. `open` asks it nothing: it may be away. `now` says when a reading began."""

    name: str
    open: Callable[[SourceAddress, Reach, Callable[[], datetime]], AbstractAsyncContextManager[OpenSource]]
