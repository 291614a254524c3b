"""Issues of GitHub, by its REST API (https://docs.github.com/rest/issues/issues#get-an-issue).

A pull request isn't an issue here, and one that was transferred isn't followed: it is in another repository now.
"""

import re
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integrations.egress import Reach
from integrations.github.client import HEADERS
from integrations.github.limits import seconds_limited
from integrations.tickets.json_api import (
    MAX_STATUS_CHARS,
    MAX_TITLE_CHARS,
    Answer,
    JsonApi,
    open_api,
    text_of,
)
from integrations.tickets.kind import TicketAddress, TicketKind
from workflows.policy.tickets import TicketReading, Tickets

NAME = "GitHub"
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,100}")
KEY = re.compile(r"(?:(?P<repository>[^#\s]{1,140})?#)?(?P<number>[1-9][0-9]{0,9})")
MAX_KEPT = 1_000
"""Answers that are kept with their ETag: asking whether they still hold costs nothing of GitHub's rate limit."""
GONE = (301, 404, 410)


@dataclass(frozen=True)
class _Kept:
    etag: str
    reading: TicketReading


class GitHubTickets:
    """The issues of all repositories that Daypass's login may read."""

    def __init__(self, api: JsonApi, address: TicketAddress) -> None:
        self._api = api
        self._address = address
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def read(self, key: str) -> TicketReading:
        """Read the issue of `owner/repository#12`, or `#12` of the default repository. Raises Retryable or Permanent."""
        named = KEY.fullmatch(key.strip())
        repository = (named["repository"] or self._address.project or "") if named else ""
        if named is None or not REPOSITORY.fullmatch(repository):
            return TicketReading(status="missing")
        path = f"repos/{repository}/issues/{named['number']}"
        kept = self._kept.get(path)
        answer = await self._api.get(path, {"If-None-Match": kept.etag} if kept else None)
        if kept and answer.status == 304:
            return kept.reading
        reading = self._told(answer, repository, int(named["number"]))
        self._keep(path, answer, reading)
        return reading

    def _told(self, answer: Answer, repository: str, number: int) -> TicketReading:
        if answer.status in GONE:
            return TicketReading(status="missing")
        if answer.status != 200 or answer.document is None:
            raise self._api.invalid()
        with self._api.plausible():
            return self._issue(answer.document, repository, number)

    def _issue(self, document: dict[str, Any], repository: str, number: int) -> TicketReading:
        if document["number"] != number or document["state"] not in ("open", "closed"):
            raise ValueError
        if "pull_request" in document:
            return TicketReading(status="missing")
        reason = document.get("state_reason")
        key = f"{repository}#{number}"
        return TicketReading(
            status=document["state"],
            key=key,
            project=repository,
            said=text_of(reason, MAX_STATUS_CHARS).replace("_", " ") if reason else document["state"],
            link=self._address.link_to(key, f"{_site(self._address.url)}/{repository}/issues/{number}"),
            title=text_of(document["title"], MAX_TITLE_CHARS),
        )

    def _keep(self, path: str, answer: Answer, reading: TicketReading) -> None:
        etag = answer.headers.get("etag", "")
        self._kept.pop(path, None)
        if etag.isascii() and etag.isprintable() and 0 < len(etag) <= 200 and answer.status == 200:
            self._kept[path] = _Kept(etag, reading)
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)


def _seconds_limited(answer: Answer) -> float | None:
    return seconds_limited(answer.headers)


def _site(url: str) -> str:
    """Where people read what this API serves: GitHub's own site, or the one of an Enterprise Server."""
    parts = urlsplit(url)
    return "https://github.com" if parts.netloc == "api.github.com" else f"{parts.scheme}://{parts.netloc}"


def _fault(address: TicketAddress) -> str | None:
    if address.project is not None and not REPOSITORY.fullmatch(address.project):
        return "has a project that isn't a repository; write it like northwind/infra"
    return None


@asynccontextmanager
async def _open(address: TicketAddress, reach: Reach) -> AsyncIterator[Tickets]:
    async with open_api(NAME, address, reach, HEADERS, _seconds_limited) as api:
        yield GitHubTickets(api, address)


GITHUB = TicketKind("github", _open, _fault)
