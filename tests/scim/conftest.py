"""The endpoint by itself, on a database of its own, served over HTTP as a provider finds it. One for a module."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from tests.builders import fresh_sqlite
from workflows.database.store import opened
from workflows.database.stored_scim import StoredScim

PATH = "/scim/v2"
TOKEN, NEXT_TOKEN = "current-" + "c" * 40, "next-" + "n" * 40


class Refusals:
    """What was rejected, instead of the log."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def reject(self, rejection: Any, came_from: str) -> None:
        self.seen.append(rejection.code)


class Endpoint:
    """A running endpoint."""

    def __init__(
        self, url: str, loop: asyncio.AbstractEventLoop, stored: StoredScim, refusals: Refusals
    ) -> None:
        self.url, self.refusals = url, refusals
        self._loop, self._stored = loop, stored
        self.http = httpx2.Client(
            base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30, trust_env=False
        )

    def facts(self) -> Any:
        """What decisions get of what was pushed."""
        return asyncio.run_coroutine_threadsafe(self._stored.facts(), self._loop).result(30)


def app_of(stored: StoredScim, tokens: Sequence[str], refusals: Refusals, url: str = "") -> FastAPI:
    """The endpoint on this storage. Its libraries take a second to load, so only who needs them loads them."""
    from bot.web.scim import Scim, scim_app
    from bot.web.scim.auth import Tokens

    now = lambda: datetime.now(UTC)  # noqa: E731
    known = Tokens([SecretStr(one) for one in tokens], refusals, now)  # type: ignore[arg-type]
    return scim_app(Scim(stored, known, lambda: None, now, url))


@pytest.fixture(scope="module")
def endpoint(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    database = fresh_sqlite(migrated_sqlite, tmp_path_factory.mktemp("scim"))
    ready: list[Endpoint] = []
    begun, stopping = threading.Event(), threading.Event()

    async def serve() -> None:
        async with opened(database.url) as store:
            stored, refusals = StoredScim(store), Refusals()
            web = FastAPI()
            web.mount(PATH, app_of(stored, [TOKEN, NEXT_TOKEN], refusals))
            server = uvicorn.Server(uvicorn.Config(web, port=0, log_level="warning", lifespan="off"))
            task = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            url = f"http://127.0.0.1:{port}{PATH}"
            ready.append(Endpoint(url, asyncio.get_running_loop(), stored, refusals))
            begun.set()
            await asyncio.to_thread(stopping.wait)
            server.should_exit = True
            await task

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert begun.wait(30)
    yield ready[0]
    ready[0].http.close()
    stopping.set()
    thread.join()
