"""Many pipelines that wait for verdicts, in one process: `python -m tests.bench.waiters COUNT URLS…`, a token on stdin.

Each does over a connection of its own what `--wait` does (client/daypass/waiting.py): it asks with what it knows, and waits for
news. Says `waiting` once all of them have asked, and goes on until it is ended.
"""

import asyncio
import random
import sys

import aiohttp

from daypass.api import MAX_WATCH_SECONDS
from daypass.waiting import LOOK_SECONDS

PER_SECOND = 50
"""Pipelines that begin to wait, so that getting ready isn't a burst of its own."""


async def _wait(session: aiohttp.ClientSession, path: str, asked: asyncio.Event) -> None:
    tag, seconds = "", random.randrange(1, MAX_WATCH_SECONDS)  # as if it had begun some time ago
    while True:
        headers = {"If-None-Match": tag, "Prefer": f"wait={seconds}"} if tag else {}
        began = asyncio.get_running_loop().time()
        async with session.get(path, headers=headers) as answer:
            await answer.read()
            assert answer.status in (200, 304), answer.status
            tag = answer.headers.get("ETag", "")
        if tag and not asked.is_set():
            asked.set()
            continue
        seconds = MAX_WATCH_SECONDS
        if asyncio.get_running_loop().time() - began < LOOK_SECONDS / 2:
            await asyncio.sleep(LOOK_SECONDS)


async def main(count: int, urls: list[str], token: str) -> None:
    """Wait, all at once."""
    headers = {"Authorization": f"Bearer {token}"}
    connections = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(headers=headers, connector=connections, timeout=timeout) as session,
        asyncio.TaskGroup() as group,
    ):
        ready = []
        for at in range(count):
            ready.append(asyncio.Event())
            group.create_task(_wait(session, urls[at % len(urls)], ready[-1]))
            await asyncio.sleep(random.uniform(0, 2 / PER_SECOND))
        for one in ready:
            await one.wait()
        print("waiting", flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:], sys.stdin.readline().strip()))
