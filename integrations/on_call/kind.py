"""What a kind of on-call schedule is that is kept elsewhere: a system that says who is on call, and until when."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from integrations.egress import Reach
from integrations.on_call.answers import Answers
from workflows.policy.on_call import Span
from workflows.policy.schema.on_call import OnCallBlock


@dataclass(frozen=True)
class Account:
    """Where a system is, and the key with which Daypass reads it."""

    url: str
    key: SecretStr


@dataclass(frozen=True)
class OnCallAccounts:
    """All that an operator has set up. `calendars` are secret addresses, by the names that a bundle has for them."""

    pagerduty: Account | None = None
    incident_io: Account | None = None
    opsgenie: Account | None = None
    calendars: dict[str, SecretStr] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)
    """What of the private addresses may be reached, whoever names them."""


@dataclass(frozen=True)
class Window:
    """From when until when who is on call is asked for."""

    since: datetime
    until: datetime


Read = Callable[[OnCallBlock, Window], Awaitable[tuple[Span, ...]]]
"""Read who is on call in this window. People whose address isn't said are named so that nobody is called that.

Raises Retryable or Permanent.
"""


@dataclass(frozen=True)
class OnCallKind:
    """A system, by the field that a schedule has for it. `reader` asks it nothing: it may be away."""

    name: str
    reader: Callable[[OnCallAccounts, Answers], Read]
