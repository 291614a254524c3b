"""Tickets of any system, behind an address of the customer's own.

`GET <url>/<key>` answers 200 with `{"key": "OPS-12", "open": true, "project": "OPS", "title": "…", "status": "Doing"}`;
`title` and `status` may be left out. It answers 404 if there is no such ticket.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from integrations.egress import Reach
from integrations.tickets.json_api import (
    MAX_NAME_CHARS,
    MAX_STATUS_CHARS,
    MAX_TITLE_CHARS,
    JsonApi,
    open_api,
    text_of,
)
from integrations.tickets.kind import TicketAddress, TicketKind
from workflows.policy.tickets import TicketReading, Tickets, TicketStatus

NAME = "The ticket system"
KEY = re.compile(r"(?!.*\.\.)[A-Za-z0-9#][A-Za-z0-9_.:/#-]{0,99}")


class HttpTickets:
    """The tickets behind one address."""

    def __init__(self, api: JsonApi, address: TicketAddress) -> None:
        self._api = api
        self._address = address

    async def read(self, key: str) -> TicketReading:
        """Read the ticket. Raises Retryable or Permanent."""
        wanted = key.strip()
        if not KEY.fullmatch(wanted):
            return TicketReading(status="missing")
        answer = await self._api.get(quote(wanted, safe=""))
        if answer.status in (404, 410):
            return TicketReading(status="missing")
        if answer.status != 200 or answer.document is None:
            raise self._api.invalid()
        with self._api.plausible():
            return _reading(answer.document, self._address)


def _reading(document: dict[str, Any], address: TicketAddress) -> TicketReading:
    key, is_open = text_of(document["key"], MAX_NAME_CHARS), document["open"]
    if not isinstance(is_open, bool) or not KEY.fullmatch(key):
        raise TypeError
    standing: TicketStatus = "open" if is_open else "closed"
    return TicketReading(
        status=standing,
        key=key,
        project=text_of(document["project"], MAX_NAME_CHARS),
        said=text_of(document.get("status", standing), MAX_STATUS_CHARS),
        link=address.link_to(key),
        title=text_of(document.get("title", ""), MAX_TITLE_CHARS),
    )


@asynccontextmanager
async def _open(address: TicketAddress, reach: Reach) -> AsyncIterator[Tickets]:
    async with open_api(NAME, address, reach, {"Accept": "application/json"}) as api:
        yield HttpTickets(api, address)


HTTP = TicketKind("http", _open)
