"""A load balancer in front of the real OpenBao, which answers some calls itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

PAGE = "<html><body><h1>no healthy upstream</h1></body></html>"
NO_LEADER = {"errors": ["local node not active but active cluster node not found"]}


@dataclass(frozen=True)
class Says:
    """What is answered in Vault's place: a page, or JSON. With `after`, only when Vault has done what was asked."""

    status: int
    json: dict[str, object] | None = None
    after: bool = False

    def answer(self) -> web.Response:
        if self.json is not None:
            return web.json_response(self.json, status=self.status)
        return web.Response(text=PAGE, content_type="text/html", status=self.status)


@dataclass
class Front:
    """`says` goes by how a path ends or begins; `""` is every path."""

    vault: str
    url: str = ""
    says: dict[str, Says] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/v1/")
        self.asked.append(path)
        says = next(
            (one for key, one in self.says.items() if path.startswith(key) or path.endswith(key)), None
        )
        if says and not says.after:
            return says.answer()
        assert self._session
        headers = {name: value for name, value in request.headers.items() if name.startswith("X-Vault")}
        body = await request.read()
        url = f"{self.vault}{request.path_qs}"
        async with self._session.request(request.method, url, data=body, headers=headers) as answer:
            content = await answer.read()
            told = {name: value for name, value in answer.headers.items() if name.startswith("X-Vault")}
            told["Content-Type"] = answer.headers.get("Content-Type", "")
        return says.answer() if says else web.Response(body=content, status=answer.status, headers=told)


@asynccontextmanager
async def in_front_of(vault: str) -> AsyncIterator[Front]:
    front = Front(vault)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", front.handle)
    async with aiohttp.ClientSession() as session, TestServer(app) as server:
        front._session = session
        front.url = str(server.make_url("/")).rstrip("/")
        yield front
