"""How soon a recorded event is under a signed checkpoint, with a checkpoint each second and Vault signing it."""

import asyncio
import time
from statistics import median, quantiles

from sqlalchemy import select

from tests.bench.figures import Figure
from tests.bench.scene import Scene
from workflows.audit.log import Log
from workflows.database import tables

MAX_SECONDS = 2.0
EVENTS = 150
EVERY_SECONDS = 0.1
LOOKED_EVERY_SECONDS = 0.01


async def measure(scene: Scene) -> list[Figure]:
    """The 99th percentile, against two seconds."""
    recorded: dict[str, float] = {}
    signed: list[tuple[float, int]] = []
    watching = asyncio.create_task(_watch(Log(scene.daypass.store), signed))
    for _ in range(EVENTS):
        asked = await scene.ask(600)
        recorded[asked.id] = time.monotonic()
        await asyncio.sleep(EVERY_SECONDS)
    places: dict[str, int] = {}
    while len(places) < EVENTS or not signed or signed[-1][1] <= max(places.values()):
        assert not watching.done()
        await asyncio.sleep(EVERY_SECONDS)
        places = {one: place for one, place in (await _places(scene)).items() if one in recorded}
    watching.cancel()
    took = [next(at for at, size in signed if size > place) - recorded[one] for one, place in places.items()]
    p99 = quantiles(took, n=100)[98]
    name = "recorded → under a signed checkpoint, 99th percentile, against 2 s"
    return [Figure(name, p99 / MAX_SECONDS, 1.0, f"{p99:.2f} s (median {median(took):.2f} s)", "2 s")]


async def _watch(log: Log, signed: list[tuple[float, int]]) -> None:
    while True:
        last = await log.last()
        if last and (not signed or last.size > signed[-1][1]):
            signed.append((time.monotonic(), last.size))
        await asyncio.sleep(LOOKED_EVERY_SECONDS)


async def _places(scene: Scene) -> dict[str, int]:
    """Where the first event of each subject is in the log."""
    events, leaves = tables.events.c, tables.leaves.c
    query = select(events.subject, leaves.index).join(tables.leaves, leaves.event == events.id)
    async with scene.daypass.store.read_transaction() as connection:
        found = await connection.execute(query.where(events.version == 1, events.position == 0))
        return {row.subject: row.index for row in found}
