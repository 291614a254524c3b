"""A ledger that carries nothing but tallies."""

import pytest

from tests.builders import Clock
from tests.spine.tally import tally_ledger
from workflows.ledger import Ledger
from workflows.store import Store
from workflows.workflow import World


@pytest.fixture
def ledger(store: Store, world: World, clock: Clock) -> Ledger:
    return tally_ledger(store, world, clock)
