"""Break-glass opens an incident, or joins one that is open, once however often it is tried."""

from dataclasses import replace

import pytest
from ulid import ULID

from tests.access.story import WHY
from tests.builders import WORKFLOWS, Clock
from tests.people import GRACE, MARGARET
from workflows.access.break_glass.commands import TakeAccess
from workflows.access.break_glass.state import BreakGlass
from workflows.access.state import KIND, Access
from workflows.database.store import Store
from workflows.incidents.break_glass import incident_performers
from workflows.incidents.commands import Cancel, DeclareIncident
from workflows.incidents.state import EVERY, Incident
from workflows.incidents.state import KIND as INCIDENTS
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Later, Result
from workflows.ledger.repository import Repository
from workflows.workflow import OUTBOX, Actor, World


class Desk:
    """A ledger with break-glass's incidents performed by hand."""

    def __init__(self, store: Store, world: World, clock: Clock) -> None:
        self.world = world
        self.reads = Repository(store)
        self.ledger = Ledger(store, WORKFLOWS, lambda: self.world, clock)
        self.perform = incident_performers(self.ledger, self.reads)["open-incident"].perform

    async def takes(self, service: str | None = None) -> tuple[Access, ClaimedEffect]:
        command = TakeAccess(f"{KIND}_{ULID()}", "warehouse", 1_200, WHY)
        state: Access = (await self.ledger.handle(command, Actor(GRACE), "slack")).state
        payload = {"severity": "sev3", "service": service}
        return state, ClaimedEffect(1, state.id, 1, 1, "open-incident", payload, 1)

    async def performs(self, effect: ClaimedEffect) -> Result:
        result = await self.perform(effect)
        if isinstance(result, Done) and result.command:
            await self.ledger.handle(result.command, OUTBOX, "outbox")
        return result

    async def declares(self, service: str | None = None, private: bool = False) -> str:
        id = f"{INCIDENTS}_{ULID()}"
        command = DeclareIncident(id, "it is down", "sev2", service, private)
        outcome = await self.ledger.handle(command, Actor(MARGARET), "slack")
        assert outcome.refusal is None
        return id

    async def incidents(self) -> list[Incident]:
        return await self.reads.in_status(Incident, INCIDENTS, EVERY)

    async def glass(self, state: Access) -> BreakGlass:
        found = await self.reads.find(Access, state.id)
        assert found is not None
        assert found.break_glass is not None
        return found.break_glass


@pytest.fixture
def desk(store: Store, world: World, clock: Clock) -> Desk:
    return Desk(store, world, clock)


async def test_it_opens_one_incident_however_often_it_is_tried(desk: Desk) -> None:
    state, effect = await desk.takes()
    await desk.performs(effect)
    await desk.performs(replace(effect, attempts=2))
    (incident,) = await desk.incidents()
    assert (incident.severity, incident.number) == ("sev3", "inc-1")
    assert incident.called == (GRACE,)
    assert (await desk.glass(state)).incident == "inc-1"


async def test_it_joins_the_one_that_is_open_on_its_service(desk: Desk) -> None:
    await desk.declares()
    open_on_service = await desk.declares("ranking-model")
    state, effect = await desk.takes("ranking-model")
    await desk.performs(effect)
    await desk.performs(replace(effect, attempts=2))
    found = {one.id: one for one in await desk.incidents()}
    assert len(found) == 2
    assert found[open_on_service].notes == 1
    assert (await desk.glass(state)).incident == found[open_on_service].number


async def test_it_joins_no_private_one_and_none_that_is_over(desk: Desk) -> None:
    await desk.declares("ranking-model", private=True)
    over = await desk.declares("ranking-model")
    await desk.ledger.handle(Cancel(over, "a false alarm"), Actor(MARGARET), "slack")
    state, effect = await desk.takes("ranking-model")
    await desk.performs(effect)
    assert len(await desk.incidents()) == 3
    assert (await desk.glass(state)).incident == "inc-2"


async def test_access_stays_while_no_incident_can_be_opened(desk: Desk) -> None:
    state, effect = await desk.takes()
    desk.world = replace(desk.world, bundle=replace(desk.world.bundle, incidents=None))
    assert isinstance(await desk.performs(effect), Later)
    found = await desk.reads.find(Access, state.id)
    assert found is not None
    assert found.status == "active"
