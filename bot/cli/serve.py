"""Serving HTTP: uvicorn around a running Daypass, until a signal."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from bot.app import running
from bot.settings import Settings
from bot.web.deadline import Deadlined

log = logging.getLogger(__name__)

KEEP_ALIVE = 75
"""Seconds an idle connection stays open: longer than proxies and clients keep theirs, so that no click goes out on one
that is being closed, and is lost."""


async def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; what is under way is brought to its end first."""
    async with running(settings) as daypass:
        config = server_config(
            daypass.web, host=host, port=port, log_level="warning", timeout_graceful_shutdown=5
        )
        log.info("Daypass listens on http://%s:%s/slack/events", host, port)
        with contextlib.suppress(asyncio.CancelledError):
            await _Server(config, daypass.web.state.changes.close).serve()


class _Server(uvicorn.Server):
    """Lets those who wait for a change go before it waits for all answers."""

    def __init__(self, config: uvicorn.Config, let_go: Callable[[], None]) -> None:
        super().__init__(config)
        self._let_go = let_go

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._let_go()
        await super().shutdown(sockets)


def server_config(app: Any, **more: Any) -> uvicorn.Config:
    """How Daypass is served, wherever it is."""
    return uvicorn.Config(
        app,
        http=Deadlined,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        **more,
    )
