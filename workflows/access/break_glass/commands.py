"""What can be asked of break-glass: by people, and by Daypass itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.access.break_glass.state import BreakGlassVerdict, Denial
from workflows.access.signals.history import History, Unread
from workflows.policy.tickets import TicketReading
from workflows.workflow import Command


@dataclass(frozen=True)
class TakenBefore:
    """What stands against taking it, as looked up before: ids of the same person's earlier requests.

    `overdue` and `unreviewed` were taken without approval and wait for their review; `current` is of the same access, and
    still lasts.
    """

    overdue: tuple[str, ...] = ()
    unreviewed: tuple[str, ...] = ()
    current: str | None = None
    denied: Denial | None = None


@dataclass(frozen=True)
class TakeAccess(Command):
    """Take access without approval."""

    entitlement: str
    seconds: int
    justification: str
    ticket: str | None = None
    before: TakenBefore = TakenBefore()
    history: History | Unread | None = None
    """What its signals are told from."""
    ticket_found: TicketReading | None = None
    """Its ticket, as it was seen when this was asked."""
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReviewBreakGlass(Command):
    verdict: BreakGlassVerdict
    reason: str


@dataclass(frozen=True)
class ReportBreakGlassIncident(Command):
    """The incident that it opened or `joined`; `number` is what people call it."""

    incident: str
    number: str
    joined: bool


BreakGlassCommand = ReviewBreakGlass | ReportBreakGlassIncident
"""What is asked of access that was taken."""
