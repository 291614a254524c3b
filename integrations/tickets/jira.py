"""Issues of Jira Cloud, by its REST API v3.

Get issue: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get
Login: https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from integrations.egress import Reach
from integrations.tickets.json_api import (
    MAX_NAME_CHARS,
    MAX_STATUS_CHARS,
    MAX_TITLE_CHARS,
    Answer,
    JsonApi,
    open_api,
    text_of,
)
from integrations.tickets.kind import TicketAddress, TicketKind
from workflows.policy.tickets import TicketReading, Tickets, TicketStatus

NAME = "Jira"
KEY = re.compile(r"[A-Z][A-Z0-9_]{1,79}-[1-9][0-9]{0,18}")
CATEGORIES: dict[str, TicketStatus] = {"new": "open", "indeterminate": "open", "done": "closed"}
"""Every status of every workflow is in one of these categories: To Do, In Progress, Done."""
FAILED_LOGIN = ("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED")


class JiraTickets:
    """The issues of one Jira site."""

    def __init__(self, api: JsonApi, address: TicketAddress) -> None:
        self._api = api
        self._address = address

    async def read(self, key: str) -> TicketReading:
        """Read the issue; Jira follows one that was moved. Raises Retryable or Permanent."""
        wanted = key.strip().upper()
        if not KEY.fullmatch(wanted):
            return TicketReading(status="missing")
        answer = await self._api.get(f"rest/api/3/issue/{wanted}", fields="summary,status,project")
        if answer.headers.get("x-seraph-loginreason", "").upper().startswith(FAILED_LOGIN):
            raise self._api.locked_out(answer.status)
        if answer.status == 404:
            return TicketReading(status="missing")
        return self._issue(answer)

    def _issue(self, answer: Answer) -> TicketReading:
        if answer.status != 200 or answer.document is None:
            raise self._api.invalid()
        with self._api.plausible():
            return _reading(answer.document, self._address)


def _reading(document: dict[str, Any], address: TicketAddress) -> TicketReading:
    key, fields = text_of(document["key"], MAX_NAME_CHARS), document["fields"]
    if not KEY.fullmatch(key):
        raise ValueError
    said = text_of(fields["status"]["name"], MAX_STATUS_CHARS)
    category = fields["status"]["statusCategory"]["key"]
    if category not in CATEGORIES:
        why = f"Jira says that it is {said}, which is neither open nor done."
        return TicketReading(status="unreadable", why=why)
    return TicketReading(
        status=CATEGORIES[category],
        key=key,
        project=text_of(fields["project"]["key"], MAX_NAME_CHARS),
        said=said,
        link=address.link_to(key, f"{address.url.rstrip('/')}/browse/{key}"),
        title=text_of(fields["summary"], MAX_TITLE_CHARS),
    )


@asynccontextmanager
async def _open(address: TicketAddress, reach: Reach) -> AsyncIterator[Tickets]:
    async with open_api(NAME, address, reach, {"Accept": "application/json"}) as api:
        yield JiraTickets(api, address)


JIRA = TicketKind("jira", _open)
