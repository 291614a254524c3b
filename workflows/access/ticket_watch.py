"""Watches the tickets with which access ends."""

from collections.abc import Mapping

from workflows.access.decide_ticket import WITH_TICKET
from workflows.access.ends_with_watch import Watch, watch_performer
from workflows.access.state import Access
from workflows.access.tickets import ReportTicket, read_ticket
from workflows.ledger.outbox import Performer
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool
from workflows.policy.tickets import TicketReading, Tickets

WATCH = "watch-ticket"
"""The effect."""
WATCHED_EVERY = 60.0
READ_SECONDS = 10.0
WATCHING = Pool("watching tickets", workers=2, ahead=4)


def ticket_performers(
    tickets: Mapping[str, Tickets], reads: Repository, every: float = WATCHED_EVERY
) -> dict[str, Performer]:
    """The performer of `WATCH`, over these systems by name; it looks again after so many seconds."""

    async def read(state: Access) -> TicketReading:
        found = state.ticket_found
        assert found is not None
        return await read_ticket(tickets, found.source, found.key or state.ticket or "", READ_SECONDS)

    return watch_performer(Watch(WITH_TICKET, WATCH, read, ReportTicket, every, WATCHING), reads)
