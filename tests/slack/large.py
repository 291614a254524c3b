"""A workspace of thousands behind Slack's rate limits, as far as its lists go."""

import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

MOST = 1_000
"""Items of a page, at most; Slack refuses to be asked for more."""
Answer = dict[str, Any]


def member(number: int, **said: Any) -> Answer:
    profile = {"email": f"p{number}@northwind.example", "display_name": f"Person {number}"}
    return {"id": f"U{number:06}", "name": f"p{number}", "team_id": "T01", "profile": profile, **said}


def channel(number: int, name: str = "") -> Answer:
    return {"id": f"C{number:06}", "name": name or f"room-{number}", "creator": "U000001", "is_member": True}


@dataclass
class Large:
    """`calls` may be made in `seconds` of each method; the next is told to wait. `faults` are answered first."""

    members: list[Answer] = field(default_factory=list)
    channels: list[Answer] = field(default_factory=list)
    groups: list[Answer] = field(default_factory=list)
    calls: int = 1_000
    seconds: float = 1.0
    given: Counter[tuple[str, int]] = field(default_factory=Counter)
    """How often each page was given, by method and its first item."""
    faults: dict[str, deque[Answer]] = field(default_factory=dict)
    when: Callable[[], float] = time.monotonic
    _times: dict[str, deque[float]] = field(default_factory=dict)

    def fails(self, method: str, *faults: Answer) -> None:
        self.faults[method] = deque(faults)

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        asked = {**request.query, **await request.post()}
        if waits := self._limited(method):
            headers = {"Retry-After": f"{waits:g}"}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if self.faults.get(method):
            fault = dict(self.faults[method].popleft())
            if fault:
                status, headers = fault.pop("status", 200), fault.pop("headers", {})
                return web.json_response(fault, status=status, headers=headers)
        return web.json_response(self._answer(method, asked))

    def _limited(self, method: str) -> float:
        now, times = self.when(), self._times.setdefault(method, deque())
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= self.calls:
            return 1.0
        times.append(now)
        return 0.0

    def _answer(self, method: str, asked: Answer) -> Answer:
        match method:
            case "auth.test":
                return {"ok": True, "team_id": "T01", "user_id": "U000001"}
            case "users.list":
                return self._page(method, "members", self.members, asked)
            case "users.conversations" | "conversations.list":
                return self._page(method, "channels", self.channels, asked)
            case "conversations.info":
                known = [one for one in self.channels if one["id"] == asked["channel"]]
                return (
                    {"ok": True, "channel": known[0]}
                    if known
                    else {"ok": False, "error": "channel_not_found"}
                )
            case "usergroups.list":
                return {"ok": True, "usergroups": self.groups}
            case "users.info":
                found = [one for one in self.members if one["id"] == asked["user"]]
                return {"ok": True, "user": found[0]} if found else {"ok": False, "error": "user_not_found"}
        return {"ok": False, "error": "unknown_method"}

    def _page(self, method: str, name: str, items: list[Answer], asked: Answer) -> Answer:
        start, limit = int(asked.get("cursor") or 0), int(asked.get("limit") or 100)
        if limit > MOST:
            return {"ok": False, "error": "invalid_limit"}
        self.given[method, start] += 1
        after = start + limit
        following = str(after) if after < len(items) else ""
        return {
            "ok": True,
            name: items[start:after],
            "response_metadata": {"next_cursor": following},
        }


@asynccontextmanager
async def slack_of(large: Large) -> AsyncIterator[AsyncWebClient]:
    """A client of this workspace."""
    app = web.Application()
    app.router.add_route("*", "/api/{method}", large.answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield AsyncWebClient(
            "xoxb-1", base_url=str(server.make_url("/api/")), session=session, retry_handlers=[]
        )
