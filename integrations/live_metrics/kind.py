"""What a kind of system with live metrics is, and where one is."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from pydantic import SecretStr

from integrations.egress import Reach
from workflows.releases.live_checks.source import LiveSource


@dataclass(frozen=True)
class MetricsAddress:
    """Where the metrics are, and how Daypass gets in: nothing, a bearer token, or a user with it as password."""

    kind: str
    url: str
    username: str | None = None
    token: SecretStr | None = None


@dataclass(frozen=True)
class MetricsKind:
    """A kind of system. `open` takes the name that the bundle has for it, and asks nothing: it may be away."""

    name: str
    open: Callable[[str, MetricsAddress, Reach], AbstractAsyncContextManager[LiveSource]]
