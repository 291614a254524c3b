"""Tickets that access is for: looked up when it is asked for, when it would be given, and, if it ends with its ticket,
while it lasts.

What is only known by looking is put into the command before it is decided, and a ticket that can't be seen gives nobody
access.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.policy.tickets import TicketReading, Tickets
from workflows.ports import Permanent, Retryable
from workflows.workflow import Command, Event

log = logging.getLogger(__name__)

NO_ANSWER = "It didn't answer in time."
FAULTY = "What it answered can't be used."


@dataclass(frozen=True)
class ReportTicket(Command):
    """What Daypass saw of the ticket with which the access ends."""

    reading: TicketReading


class TicketClosed(Event):
    """Its system says that the ticket is closed; `said` is its status there."""

    action = "ticket-closed"
    said: str
    at: datetime


class TicketUnreadable(Event):
    """It can't be seen. Access goes on to its time; what has not started doesn't start before it is seen."""

    action = "ticket-unreadable"
    reason: str
    at: datetime


class TicketReadable(Event):
    """It can be seen again."""

    action = "ticket-readable"
    at: datetime


def of_ticket(found: TicketReading | None) -> dict[str, Any]:
    """What the event of a request keeps of its ticket: what people have written stands beside the log."""
    if found is None:
        return {}
    return {"ticket_found": found.for_log(), "ticket_title": found.title or None}


async def read_ticket(tickets: Mapping[str, Tickets], source: str, key: str, seconds: float) -> TicketReading:
    """Look the ticket up, within so many seconds. Never raises: what can't be seen is `unreadable`, with the reason."""
    system = tickets.get(source)
    if system is None:
        why = f"Daypass isn't connected to {source}. Ask an operator to add it to DAYPASS_TICKETS."
        return TicketReading(source=source, status="unreadable", why=why)
    try:
        async with asyncio.timeout(seconds):
            found = await system.read(key)
    except TimeoutError:
        found = TicketReading(status="unreadable", why=NO_ANSWER)
    except (Retryable, Permanent) as error:
        found = TicketReading(status="unreadable", why=str(error))
    except Exception as error:  # whatever a system answers, it is nobody's yes
        log.warning("a ticket of %s couldn't be read: %s", source, type(error).__name__)
        found = TicketReading(status="unreadable", why=FAULTY)
    return found.model_copy(update={"source": source})
