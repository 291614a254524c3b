"""From the approver's click to a credential that works, against the recipe's calls made alone.

Both sides end with the unwrapped credential. The two take turns, so that a machine that slows down slows
both.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from tests.bench.bare import BareVault
from tests.bench.figures import Figure, of_medians
from tests.bench.scene import Scene
from workflows.access.state import Access

LIMIT = 1.5
SECONDS = 600
ONE_BY_ONE = 40
ROUNDS = 8
AT_ONCE = 8


async def measure(scene: Scene, bare: BareVault) -> list[Figure]:
    """One after the other, and eight at once."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        alone = await _one_by_one(scene, bare, threads)
        together = await _eight_at_once(scene, bare, threads)
    return [
        of_medians("approve → usable credential, one by one", *alone, LIMIT),
        of_medians("approve → usable credential, 8 at once", *together, LIMIT),
    ]


async def _one_by_one(
    scene: Scene, bare: BareVault, threads: ThreadPoolExecutor
) -> tuple[list[float], list[float]]:
    ours, alone = [], []
    for turn in range(ONE_BY_ONE + 3):
        asked = await scene.ask(SECONDS)
        await scene.quiet()
        took = await _ours(scene, bare, asked, threads)
        await scene.quiet()
        took_alone = await asyncio.get_running_loop().run_in_executor(threads, _bare, bare)
        if turn >= 3:
            ours.append(took)
            alone.append(took_alone)
    return ours, alone


async def _eight_at_once(
    scene: Scene, bare: BareVault, threads: ThreadPoolExecutor
) -> tuple[list[float], list[float]]:
    ours, alone = [], []
    for turn in range(ROUNDS + 1):
        asked = [await scene.ask(SECONDS) for _ in range(AT_ONCE)]
        await scene.quiet()
        took = await asyncio.gather(*(_ours(scene, bare, one, threads) for one in asked))
        await scene.quiet()
        loop = asyncio.get_running_loop()
        took_alone = await asyncio.gather(*(loop.run_in_executor(threads, _bare, bare) for _ in asked))
        if turn:
            ours += took
            alone += took_alone
    return ours, alone


async def _ours(scene: Scene, bare: BareVault, access: Access, threads: ThreadPoolExecutor) -> float:
    began = time.perf_counter()
    await scene.approve(access)
    minted = await scene.credential(access)
    token = minted.wrapping_token.get_secret_value()
    await asyncio.get_running_loop().run_in_executor(threads, bare.unwrap, token)
    return time.perf_counter() - began


def _bare(bare: BareVault) -> float:
    began = time.perf_counter()
    bare.unwrap(bare.mint(SECONDS).wrapping_token)
    return time.perf_counter() - began
