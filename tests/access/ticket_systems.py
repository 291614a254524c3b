"""Stand-ins for systems that keep tickets, built as their documentation says; each serves one ticket.

Jira Cloud: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
GitHub: https://docs.github.com/rest/issues/issues#get-an-issue
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from integrations.tickets import TicketAddress
from tests.outgoing.hostile import Speaks, answer

SECRET = "do-not-show-this-token"


@dataclass(frozen=True)
class System:
    """One kind: a key as people type it, what it is called there, and its documented answers."""

    kind: str
    typed: str
    key: str
    project: str
    path: str
    open_said: str
    closed_said: str
    document: Callable[[bool], dict[str, Any]]
    gone: str = "404 Not Found"

    def says(self, is_open: bool = True, headers: str = "", **changed: Any) -> Speaks:
        """Its answer, with some fields changed."""
        return answer(json.dumps({**self.document(is_open), **changed}).encode(), headers=headers)

    def address(self, url: str, **more: Any) -> TicketAddress:
        return TicketAddress(self.kind, url, token=SecretStr(SECRET), **more)


def jira_issue(is_open: bool) -> dict[str, Any]:
    """As *Get issue* answers for `fields=summary,status,project`."""
    name, category = ("In Progress", "indeterminate") if is_open else ("Done", "done")
    return {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog",
        "id": "10002",
        "self": "https://northwind.atlassian.net/rest/api/3/issue/10002",
        "key": "OPS-12",
        "fields": {
            "summary": "Backfill the ranking features",
            "project": {
                "self": "https://northwind.atlassian.net/rest/api/3/project/10000",
                "id": "10000",
                "key": "OPS",
                "name": "Operations",
                "projectTypeKey": "software",
                "simplified": False,
            },
            "status": {
                "self": "https://northwind.atlassian.net/rest/api/3/status/3",
                "description": "",
                "name": name,
                "id": "3",
                "statusCategory": {
                    "self": "https://northwind.atlassian.net/rest/api/3/statuscategory/4",
                    "id": 4,
                    "key": category,
                    "colorName": "yellow",
                    "name": name,
                },
            },
        },
    }


def github_issue(is_open: bool) -> dict[str, Any]:
    """As *Get an issue* answers, without what nobody reads."""
    return {
        "id": 1,
        "node_id": "MDU6SXNzdWUx",
        "url": "https://api.github.com/repos/northwind/infra/issues/12",
        "repository_url": "https://api.github.com/repos/northwind/infra",
        "html_url": "https://github.com/northwind/infra/issues/12",
        "number": 12,
        "state": "open" if is_open else "closed",
        "state_reason": None if is_open else "not_planned",
        "title": "Backfill the ranking features",
        "body": "As agreed on Monday.",
        "locked": False,
        "closed_at": None if is_open else "2026-03-02T09:00:00Z",
    }


def http_ticket(is_open: bool) -> dict[str, Any]:
    """As docs/tickets.md asks for."""
    return {
        "key": "REQ/7",
        "open": is_open,
        "project": "platform",
        "title": "Backfill the ranking features",
        "status": "Doing" if is_open else "Solved",
    }


SYSTEMS = {
    one.kind: one
    for one in (
        System(
            "jira",
            " ops-12 ",
            "OPS-12",
            "OPS",
            "/rest/api/3/issue/OPS-12?fields=summary%2Cstatus%2Cproject",
            "In Progress",
            "Done",
            jira_issue,
        ),
        System(
            "github",
            "northwind/infra#12",
            "northwind/infra#12",
            "northwind/infra",
            "/repos/northwind/infra/issues/12",
            "open",
            "not planned",
            github_issue,
            gone="410 Gone",
        ),
        System("http", "REQ/7", "REQ/7", "platform", "/REQ%2F7", "Doing", "Solved", http_ticket),
    )
}
