"""What can be asked of a request that somebody made for another person, by that person."""

from dataclasses import dataclass

from workflows.access.signals.history import History, Unread
from workflows.policy.tickets import TicketReading
from workflows.workflow import Command


@dataclass(frozen=True)
class AcceptProposal(Command):
    """The person it is for accepts; `digest` is of what they were shown."""

    digest: str
    history: History | Unread | None = None
    """What its signals are told from."""
    ticket_found: TicketReading | None = None
    """Its ticket, as it was seen right then."""


@dataclass(frozen=True)
class DeclineProposal(Command):
    """The person it is for doesn't want it."""

    waits_in_doubt = False
