"""Decides recorded requests again while the next of them are read."""

import asyncio
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
    batch = await anext(batches, None)
    while batch is not None:
        batch, _ = await asyncio.gather(anext(batches, None), asyncio.to_thread(decide, batch))
    return replay
