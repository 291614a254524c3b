"""Three hundred grants that end in the same second, against a bare loop of the same calls by 8 workers."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from tests.bench.bare import BareCredential, BareVault
from tests.bench.figures import Figure, of_medians
from tests.bench.scene import Scene
from workflows.access.state import KIND, Access, Grant

LIMIT = 1.5
GRANTS = 300
ROUNDS = 3
WORKERS = 8
SOME = 20
OPEN = ["active", "ending"]
ENDED = "outbox.settled.end"
"""The step at which it is on record that Vault confirmed an end."""


async def measure(scene: Scene, bare: BareVault) -> list[Figure]:
    """From the instant at which they end until the last is confirmed; the two take turns."""
    ours, alone = [], []
    with ThreadPoolExecutor(WORKERS) as threads:
        seconds = await _time_for_minting(bare, threads)
        for _ in range(ROUNDS):
            alone.append(await _bare(bare, seconds, threads))
            ours.append(await _ours(scene))
            await scene.quiet()
    return [of_medians(f"{GRANTS} grants that end in the same second, until confirmed", ours, alone, LIMIT)]


async def _time_for_minting(bare: BareVault, threads: ThreadPoolExecutor) -> int:
    """Seconds that a grant must have so that all can be minted before the first ends."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    made = await asyncio.gather(*(loop.run_in_executor(threads, bare.mint, 60) for _ in range(24)))
    each = (time.perf_counter() - began) / len(made)
    await asyncio.gather(*(loop.run_in_executor(threads, bare.end, one) for one in made))
    return int(GRANTS * each * 1.5) + 5


async def _bare(bare: BareVault, seconds: int, threads: ThreadPoolExecutor) -> float:
    ends_at = datetime.now(UTC) + timedelta(seconds=seconds)

    def mint() -> BareCredential:
        return bare.mint(int((ends_at - datetime.now(UTC)).total_seconds()))

    loop = asyncio.get_running_loop()
    made = await asyncio.gather(*(loop.run_in_executor(threads, mint) for _ in range(GRANTS)))
    await _until(ends_at)
    began = time.perf_counter()
    await asyncio.gather(*(loop.run_in_executor(threads, bare.end, one) for one in made))
    return time.perf_counter() - began


async def _ours(scene: Scene) -> float:
    held = await scene.daypass.reads.count(KIND, OPEN)
    asked = await _granted(scene, GRANTS, await _seconds_to_get_ready(scene))
    ends_at = max(one.ends_at for one in asked)
    assert datetime.now(UTC) < ends_at, "getting ready took longer than planned; the machine is too busy"
    await _until(ends_at)
    began, ended = time.perf_counter(), scene.steps[ENDED]
    while scene.steps[ENDED] < ended + GRANTS:
        await asyncio.sleep(0.01)
    took = time.perf_counter() - began
    assert await scene.daypass.reads.count(KIND, OPEN) == held, "not all are ended and confirmed"
    return took


async def _seconds_to_get_ready(scene: Scene) -> int:
    """Seconds that the grants must have so that all is minted and shown before they end: some go first."""
    began = time.perf_counter()
    await _granted(scene, SOME, 30)
    each = (time.perf_counter() - began) / SOME
    return int(GRANTS * each) + 20


async def _granted(scene: Scene, count: int, seconds: int) -> list[Grant]:
    """All approved in one instant, with a credential each, and nothing left to do."""
    asked = [await scene.ask(seconds) for _ in range(count)]
    await scene.quiet()
    scene.clock.held = datetime.now(UTC)
    grants = await asyncio.gather(*(scene.approve(one) for one in asked))
    scene.clock.held = None
    turns = asyncio.Semaphore(WORKERS)

    async def mint(access: Access) -> None:
        async with turns:
            await scene.credential(access)

    await asyncio.gather(*(mint(one) for one in asked))
    await scene.quiet()
    return grants


async def _until(moment: datetime) -> None:
    await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
