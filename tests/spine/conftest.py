"""A ledger that carries nothing but tallies."""

from collections.abc import AsyncIterator

import pytest

from tests.builders import Clock
from tests.spine.tally import tally_ledger
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.workflow import World


@pytest.fixture
async def ledger(store: Store, world: World, clock: Clock) -> AsyncIterator[Ledger]:
    ledger = tally_ledger(store, world, clock)
    yield ledger
    await ledger.drain()
