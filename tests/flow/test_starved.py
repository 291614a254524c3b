"""Whatever else there is to do: credentials are got, and ended, without waiting for it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer
from ulid import ULID

from bot.demo.actor import seen
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import WHY, ask, press, token
from workflows.releases.commands import ProposeRelease
from workflows.releases.performers import READING
from workflows.workflow import Actor

SECONDS = 10.0
"""For a click and what follows on it, on a busy machine; what it would have to wait for never ends."""
RELEASES = 10


@dataclass
class MuteMLflow:
    """Takes every question and answers none before it is let go."""

    url: str = ""
    asked: int = 0
    at_once: int = 0
    most: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        self.asked, self.at_once = self.asked + 1, self.at_once + 1
        self.most = max(self.most, self.at_once)
        try:
            await self.go.wait()
        finally:
            self.at_once -= 1
        return web.Response(status=503)


@asynccontextmanager
async def mute_mlflow() -> AsyncIterator[MuteMLflow]:
    found = MuteMLflow()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.handle)
    async with TestServer(app) as server:
        found.url = str(server.make_url("/")).rstrip("/")
        yield found
        found.go.set()


async def test_releases_that_never_come_to_an_end_hold_up_no_credential(open_office: OpenOffice) -> None:
    async with (
        mute_mlflow() as mlflow,
        open_office(mlflow_tracking_uri=mlflow.url, daypass_watch_seconds=600) as office,
    ):
        for n in range(RELEASES):
            command = ProposeRelease(f"rel_{ULID()}", "ranking-model", f"{n + 1}", "it ranks better")
            outcome = await office.daypass.ledger.handle(command, Actor(office.ada.id), "test")
            assert outcome.refusal is None, outcome.refusal

        async def full() -> bool:
            return mlflow.at_once >= READING.workers

        await seen("as many releases read as there are workers for it", full)
        asked = await ask(office, f"/access sample 15m because {WHY}")
        direct = await office.ada.direct()
        began = time.monotonic()
        await token(office.ada, direct, asked.id)
        got = time.monotonic()
        await press(office.ada, direct, "Give back", asked.id, "used once")
        await office.until("ended")
        ended = time.monotonic()
        mlflow.go.set()

        assert got - began < SECONDS
        assert ended - got < SECONDS
        open_kinds = [one.kind for one in await office.daypass.reads.open_effects()]
        assert open_kinds.count("gather") == RELEASES, "they are still to be read"
