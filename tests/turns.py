"""A database server seen from the wire: how often its client has had to wait for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Wire:
    """A way to the database at `url`, with a count of the round trips over all connections."""

    url: str = ""
    turns: int = 0


@asynccontextmanager
async def wire(url: str) -> AsyncIterator[Wire]:
    """A port of this machine behind which the PostgreSQL at `url` answers."""
    found, there = Wire(), urlsplit(url)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await passed_on(reader, writer)

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(there.hostname, there.port)
        answered = True

        async def ask() -> None:
            nonlocal answered
            while data := await reader.read(65_536):
                found.turns += answered
                answered = False
                to_server.write(data)
            to_server.close()

        async def answer() -> None:
            nonlocal answered
            while data := await from_server.read(65_536):
                answered = True
                writer.write(data)
            writer.close()

        await asyncio.gather(ask(), answer(), return_exceptions=True)

    server = await asyncio.start_server(connected, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    found.url = there._replace(netloc=f"{there.netloc.rpartition('@')[0]}@127.0.0.1:{port}").geturl()
    try:
        yield found
    finally:
        server.close()
