"""P5: two replicas that carry out the same departure, or look at the same absence, do it once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from tests.access.leave import DELEGATION
from tests.access.test_departing import SUBJECT, Company
from tests.builders import WORKFLOWS, Clock, Database, changed_bundle, world_of
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, RADIA
from workflows.access.departing import LEARNED_SECONDS
from workflows.database import tables
from workflows.database.store import Store, opened
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.directory import without
from workflows.system.absences.commands import AbsenceCommand, CheckAbsence, EndAbsence, StartAbsence
from workflows.system.absences.state import KIND, Absence
from workflows.system.departures.commands import ConfirmDeparture
from workflows.system.session_commands import SignIn
from workflows.system.sessions import session_id
from workflows.workflow import CLOCKWORK, Actor, TimePassed, World

TRIES = 4


@pytest.fixture
async def stores(postgres_database: Database) -> AsyncIterator[tuple[Store, Store]]:
    """Each replica's own connections."""
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(opened(postgres_database.url)) for _ in "12"]
        yield one, other


async def recorded(store: Store) -> Counter[str]:
    """How often each action was recorded."""
    async with store.read_transaction() as connection:
        return Counter(await connection.scalars(select(tables.events.c.action)))


class TestADeparture:
    @pytest.fixture
    async def replicas(
        self, stores: tuple[Store, Store], world: World, clock: Clock
    ) -> AsyncIterator[tuple[Company, Company]]:
        one, other = (Company(store, world, clock) for store in stores)
        await one.push(ADA, GRACE, EDSGER, RADIA, MARGARET, BARBARA)
        yield one, other
        await asyncio.gather(one.ledger.drain(), other.ledger.drain())

    async def carry_out(self, replicas: tuple[Company, Company]) -> None:
        """Both at once, as often as it takes."""
        for _ in range(TRIES):
            await asyncio.gather(*(one.learn() for one in replicas))
            await asyncio.gather(*(one.job.run() for one in replicas))

    async def test_ends_everything_once(
        self, replicas: tuple[Company, Company], stores: tuple[Store, Store]
    ) -> None:
        one, other = replicas
        await one.granted()
        signed_in = SignIn(session_id("secret"), "https://idp.example", "ada")
        await one.ledger.handle(signed_in, Actor.person(ADA), "console")
        await one.push(ADA, active=False)
        await self.carry_out(replicas)
        one.clock.forward(seconds=LEARNED_SECONDS)
        await self.carry_out(replicas)
        assert (await one.access()).status == "ended"
        (departure,) = await other.departures()
        assert (departure.status, departure.people, departure.requests) == ("over", (ADA,), (SUBJECT,))
        found = await recorded(stores[0])
        once = ("departure.reported", "departure.ended", "session.ended", "access.grant-ended")
        assert [found[action] for action in once] == [1, 1, 1, 1]

    async def test_of_many_is_held_and_confirmed_once(
        self, replicas: tuple[Company, Company], stores: tuple[Store, Store]
    ) -> None:
        one, other = replicas
        await one.push(ADA, GRACE, EDSGER, active=False)
        await self.carry_out(replicas)
        held = await other.held()
        assert set(held.people) == {ADA, GRACE, EDSGER}
        confirm = ConfirmDeparture(held.id, held.digest)
        await asyncio.gather(
            *(each.ledger.handle(confirm, Actor.person(RADIA), "console") for each in replicas)
        )
        await self.carry_out(replicas)
        found = await recorded(stores[0])
        once = ("departure.reported", "departure.confirmed", "alarm.raised", "alarm.cleared")
        assert [found[action] for action in once] == [1, 1, 1, 1]

    @pytest.mark.parametrize("limit", [2, 9])
    async def test_that_grows_between_their_readings_names_everybody_once(
        self, replicas: tuple[Company, Company], limit: int
    ) -> None:
        one, other = replicas
        one.job.limit = other.job.limit = limit
        one.job.reads = late = Late(one.reads)  # type: ignore[assignment]
        await one.push(ADA, GRACE, EDSGER, active=False)
        first = asyncio.create_task(one.job.run())
        await late.has_read.wait()
        await other.push(MARGARET, active=False)
        await other.job.run()
        late.may_go_on.set()
        await first
        one.job.reads = one.reads
        await self.carry_out(replicas)
        named = Counter(person for found in await one.departures() for person in found.people)
        assert named == Counter([ADA, GRACE, EDSGER, MARGARET])


class Late:
    """Reads, and goes on with what it has read only when it may."""

    def __init__(self, reads: Repository) -> None:
        self._reads = reads
        self.has_read, self.may_go_on = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._reads, name)

    async def in_status(self, *given: Any) -> object:
        found = await self._reads.in_status(*given)
        self.has_read.set()
        await self.may_go_on.wait()
        return found


class Desk:
    """Absences on the ledger of one replica."""

    def __init__(self, store: Store, world: World, clock: Clock) -> None:
        self.ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
        self.reads = Repository(store)

    async def do(self, command: AbsenceCommand, who: Actor) -> str | None:
        """The code of its refusal, if it was refused."""
        outcome = await self.ledger.handle(command, who, "test")
        return outcome.refusal.code if outcome.refusal else None


@pytest.fixture(scope="module")
def delegating(tmp_path_factory: pytest.TempPathFactory) -> World:
    target = tmp_path_factory.mktemp("delegation") / "bundle"
    return world_of(changed_bundle(target, files={"delegation.yaml": DELEGATION}))


class TestAnAbsence:
    @pytest.fixture
    def replicas(self, stores: tuple[Store, Store], delegating: World, clock: Clock) -> tuple[Desk, Desk]:
        one, other = (Desk(store, delegating, clock) for store in stores)
        return one, other

    async def test_asked_for_on_both_at_once_begins_once(
        self, replicas: tuple[Desk, Desk], clock: Clock
    ) -> None:
        numbers = count(1)
        until = clock() + timedelta(days=3)
        given = [
            each.do(StartAbsence(f"away_{next(numbers)}", until, MARGARET), Actor(GRACE))
            for each in replicas * TRIES
        ]
        refused = await asyncio.gather(*given)
        assert sorted(one or "" for one in refused) == ["", *["already-away"] * (2 * TRIES - 1)]

    @pytest.mark.parametrize("command", [EndAbsence, TimePassed])
    async def test_ends_once(
        self,
        replicas: tuple[Desk, Desk],
        stores: tuple[Store, Store],
        clock: Clock,
        command: type[EndAbsence | TimePassed],
    ) -> None:
        await replicas[0].do(StartAbsence("away_1", clock() + timedelta(days=3), MARGARET), Actor(GRACE))
        clock.forward(days=3)
        who = Actor(GRACE) if command is EndAbsence else CLOCKWORK
        await asyncio.gather(*(each.do(command("away_1"), who) for each in replicas * TRIES))
        assert await replicas[1].reads.in_status(Absence, KIND, ["away"]) == []
        assert (await recorded(stores[0]))["absence.ended"] == 1

    async def test_loses_its_delegate_once(
        self, replicas: tuple[Desk, Desk], stores: tuple[Store, Store], delegating: World, clock: Clock
    ) -> None:
        await replicas[0].do(StartAbsence("away_1", clock() + timedelta(days=3), MARGARET), Actor(GRACE))
        left = replace(delegating, directory=without(delegating.directory, frozenset({MARGARET})))
        later = [Desk(store, left, clock) for store in stores]
        await asyncio.gather(*(each.do(CheckAbsence("away_1"), CLOCKWORK) for each in later * TRIES))
        assert (await recorded(stores[0]))["absence.delegation-ended"] == 1
