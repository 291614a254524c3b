"""The systems in which tickets are looked up. A new kind is a module, its entry here, a section in docs/tickets.md, and a
case of tests/access/test_ticket_kinds.py.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from integrations.egress import Reach
from integrations.tickets.github import GITHUB
from integrations.tickets.http import HTTP
from integrations.tickets.jira import JIRA
from integrations.tickets.kind import TicketAddress, TicketKind
from workflows.policy.tickets import Tickets

TICKET_KINDS = {kind.name: kind for kind in (JIRA, GITHUB, HTTP)}


@asynccontextmanager
async def open_tickets(
    addresses: Mapping[str, TicketAddress], reach: Reach
) -> AsyncIterator[Mapping[str, Tickets]]:
    """The systems at these addresses, by name. None of them has to answer yet."""
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(TICKET_KINDS[address.kind].open(address, reach))
            for name, address in addresses.items()
        }


__all__ = ["TICKET_KINDS", "TicketAddress", "TicketKind", "open_tickets"]
