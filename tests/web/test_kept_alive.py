"""Connections on which nothing is asked for a while stay open, so that no click goes out on one that is being closed."""

import asyncio
import http.client
from urllib.parse import urlsplit

from fastapi import FastAPI

from tests.flow.office import address_of, listening, serving

IDLE_SECONDS = 6.0
"""uvicorn's own are five."""


async def test_an_idle_connection_is_used_again_after_uvicorn_would_have_closed_it() -> None:
    own = listening()
    async with serving(FastAPI(), own):
        connection = http.client.HTTPConnection(urlsplit(address_of(own)).netloc, timeout=30)
        await asyncio.to_thread(_asked, connection)
        kept = connection.sock
        await asyncio.sleep(IDLE_SECONDS)
        await asyncio.to_thread(_asked, connection)
        assert connection.sock is kept, "it was opened anew"
        connection.close()


def _asked(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/")
    connection.getresponse().read()
