"""How soon `/access` is acknowledged while five hundred pipelines wait for their verdicts, against the same Daypass alone.

The pipelines are a process of their own, and wait as `--wait` does. Both sides are measured in turn, several times.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.demo.stage import ROOT, Stage
from tests.bench.acknowledging import PAUSE, acknowledged
from tests.bench.figures import Figure

LIMIT = 1.25
"""Of the 99th percentile."""
PIPELINES = int(os.environ.get("BENCH_PIPELINES", "500"))
REQUESTS = 10
"""For which they wait: what waits for the same isn't cheaper."""
TURNS, COMMANDS = 3, 400
"""So often each side, with so many commands each time."""
WARMED_UP = 50


async def measure(stage: Stage) -> list[Figure]:
    """One figure."""
    signer = SignatureVerifier(stage.environment["SLACK_SIGNING_SECRET"])
    token = await asyncio.to_thread(stage.pipeline.token)
    alone: list[float] = []
    beside: list[float] = []
    async with aiohttp.ClientSession() as session:
        urls = [await _asked(session, stage.daypass_url, token, number) for number in range(REQUESTS)]
        await _commands(session, stage.daypass_url, signer, WARMED_UP)
        for _ in range(TURNS):
            alone += await _commands(session, stage.daypass_url, signer, COMMANDS)
            async with _pipelines(urls, token):
                beside += await _commands(session, stage.daypass_url, signer, COMMANDS)
    own, other = _p99(beside), _p99(alone)
    name = f"99th percentile of an acknowledgement of /access beside {PIPELINES} pipelines that wait"
    return [Figure(name, own / other, LIMIT, f"{own * 1000:.1f} ms", f"{other * 1000:.1f} ms")]


async def _asked(session: aiohttp.ClientSession, url: str, token: str, number: int) -> str:
    """What a pipeline waits for: a request of its own, which nobody decides."""
    body = {
        "entitlement": "warehouse",
        "duration": "30m",
        "justification": f"the bench waits, number {number}",
    }
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"bench-{number}"}
    async with session.post(f"{url}/api/v1/requests", json=body, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        return f"{url}{answer.headers['Location']}"


async def _commands(
    session: aiohttp.ClientSession, url: str, signer: SignatureVerifier, count: int
) -> list[float]:
    took = []
    for _ in range(count):
        took.append(await acknowledged(session, url, signer))
        await asyncio.sleep(PAUSE)
    return took


@asynccontextmanager
async def _pipelines(urls: list[str], token: str) -> AsyncIterator[None]:
    """All of them, as long as the block lasts."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.waiters", str(PIPELINES), *urls),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(Path(ROOT, "client"))},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(f"{token}\n".encode())
        await process.stdin.drain()
        assert await process.stdout.readline() == b"waiting\n"
        yield
        assert process.returncode is None, "the pipelines gave up"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]
