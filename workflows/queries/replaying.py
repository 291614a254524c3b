"""Decides recorded requests again while the next of them are read."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from workflows.database.store import Store
from workflows.policy.replay.differences import Replay
from workflows.policy.replay.redecide import Redecider
from workflows.queries.recorded_requests import Batch, recorded_requests


async def replay_log(store: Store, redecider: Redecider, since: datetime) -> Replay:
    """What comes of all access requests made from then on, under the redecider's draft."""
    replay = Replay()

    def decide(batch: Batch) -> None:
        replay.add(redecider, batch.requests)
        replay.private += batch.private

    batches = recorded_requests(store, since)
    with rarely_collecting():
        batch = await anext(batches, None)
        while batch is not None:
            batch, _ = await asyncio.gather(anext(batches, None), asyncio.to_thread(decide, batch))
    return replay


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """Leave what is there already out of Python's garbage collection: a batch is thousands of small objects, and going
    through everything else again and again because of them took a third of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
