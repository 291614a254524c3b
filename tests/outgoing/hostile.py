"""A server on this machine that answers with whatever bytes a test gives it, and counts who came."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Speaks = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Hostile:
    """`by_path` overrides what is said; every request's first line and headers are kept."""

    says: Speaks
    by_path: dict[str, Speaks] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""
    sent: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.asked.append(head.decode())
                path = head.split()[1].decode()
                says = next((one for part, one in self.by_path.items() if part in path), self.says)
                await says(writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def hostile(says: Speaks, **by_path: Speaks) -> AsyncIterator[Hostile]:
    found = Hostile(says, by_path)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        server.close()


def answer(
    body: bytes = b"{}", status: str = "200 OK", headers: str = "", length: int | None = None
) -> Speaks:
    """One answer; `length` is what it says of its size."""
    said = len(body) if length is None else length

    async def says(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {said}\r\n{headers}\r\n".encode() + body)

    return says


def chunked_without_end(piece: bytes = b"x" * 65_536, headers: str = "") -> Speaks:
    async def says(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{headers}\r\n".encode())
        while True:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()

    return says


def dripping(seconds: float = 0.05) -> Speaks:
    """A byte at a time, for ever."""

    async def says(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(seconds)

    return says


def headers_without_end() -> Speaks:
    async def says(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-More: " + b"y" * 1_000 + b"\r\n")
            await writer.drain()

    return says
