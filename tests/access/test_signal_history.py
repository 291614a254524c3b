"""The history that signals are told from: read before each request, bounded in rows and time, or said to be unread."""

import asyncio

import pytest
from ulid import ULID

from tests.access.story import WHY
from tests.builders import WORKFLOWS, Clock, Database
from tests.people import ADA, EDSGER, GRACE
from tests.spine.test_indexes import plan_of
from workflows.access.commands import GiveBack, PlaybookOrigin, RequestAccess, ReviewAccess
from workflows.access.signals.history import MAX_REQUESTS, History, Unread
from workflows.access.signals.reading import HistoryReader
from workflows.access.state import KIND, Access
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.ledger.newest_documents import newest_query
from workflows.workflow import Actor, World


class Desk:
    """Requests as they come, each with an id of its own time."""

    def __init__(self, store: Store, world: World, clock: Clock) -> None:
        self.clock = clock
        self.reader = HistoryReader(store, clock)
        self.ledger = Ledger(store, WORKFLOWS, lambda: world, clock, inform=self.reader.inform)

    async def ask(self, who: str, what: str = "warehouse", ground: PlaybookOrigin | None = None) -> Access:
        command = RequestAccess(f"{KIND}_{ULID.from_datetime(self.clock())}", what, 600, WHY, ground=ground)
        actor = Actor("daypass:outbox") if ground else Actor(who)
        outcome = await self.ledger.handle(command, actor, "test")
        assert isinstance(outcome.state, Access), outcome.refusal
        return outcome.state

    async def review(self, state: Access, who: str, verdict: str = "approve") -> Access:
        command = ReviewAccess(state.id, verdict, state.digest, state.terms.digest, "because", confirmed=True)
        outcome = await self.ledger.handle(command, Actor(who), "test")
        assert outcome.refusal is None
        return outcome.state


@pytest.fixture
def desk(store: Store, world: World, clock: Clock) -> Desk:
    return Desk(store, world, clock)


def names(state: Access) -> tuple[str, ...]:
    assert state.signals is not None
    return state.signals.names


async def test_every_request_is_looked_at_whatever_surface_it_came_through(desk: Desk) -> None:
    first = await desk.ask(ADA)
    assert names(first) == ("unknown-history",)
    desk.clock.forward(days=40)
    assert names(await desk.ask(ADA)) == ("first-time",)
    denied = await desk.review(await desk.ask(ADA), GRACE, "deny")
    assert denied.status == "denied"
    assert "denied-recently" in names(await desk.ask(ADA))
    assert names(await desk.ask(EDSGER)) == ("first-time",)


async def test_access_that_was_given_before_is_no_first_time(desk: Desk) -> None:
    for _ in range(3):
        state = await desk.review(await desk.ask(ADA), GRACE)
        await desk.ledger.handle(GiveBack(state.id), Actor(ADA), "test")
        desk.clock.forward(days=20)
    assert names(await desk.ask(ADA)) == ("never-used",)


async def test_two_who_approve_each_other_unread_are_found_though_their_requests_are_apart(
    desk: Desk,
) -> None:
    for _ in range(3):
        for who, other in ((GRACE, EDSGER), (EDSGER, GRACE)):
            state = await desk.ask(who)
            desk.clock.forward(seconds=8)
            await desk.review(state, other)
            desk.clock.forward(days=1)
    assert "approve-each-other" in names(await desk.ask(GRACE))


async def test_what_was_done_for_a_private_incident_is_not_looked_at(desk: Desk) -> None:
    await desk.ask(EDSGER)
    desk.clock.forward(days=40)
    origin = PlaybookOrigin("inc_1", "sev1", "scribe", ADA, GRACE, ("commander",), "", False, True)
    found = await desk.reader.inform(
        RequestAccess("acc_1", "warehouse-sample", 60, WHY, ground=origin), Actor("daypass:outbox")
    )
    assert isinstance(found, RequestAccess)
    assert isinstance(found.history, History)
    await desk.ask(ADA, "warehouse-sample", origin)
    assert (await desk.reader.history_of(ADA)) == found.history


async def test_only_the_newest_are_read(desk: Desk) -> None:
    for _ in range(MAX_REQUESTS + 5):
        await desk.ask(ADA, "warehouse-sample")
        desk.clock.forward(minutes=20)
    history = await desk.reader.history_of(ADA)
    assert isinstance(history, History)
    assert history.cut
    assert len(history.requests) == MAX_REQUESTS
    assert history.requests == tuple(sorted(history.requests, key=lambda one: one.at, reverse=True))


async def test_what_can_not_be_read_in_time_is_said_and_nothing_waits_for_it(
    store: Store, world: World, clock: Clock
) -> None:
    reader = HistoryReader(store, clock, max_seconds=0.0)
    ledger = Ledger(store, WORKFLOWS, lambda: world, clock, inform=reader.inform)
    command = RequestAccess(f"{KIND}_{ULID()}", "warehouse", 3_600, WHY)
    outcome = await ledger.handle(command, Actor(ADA), "test")
    assert outcome.state.status == "pending"
    assert outcome.state.signals.unknown == "unread"
    assert await reader.history_of(ADA) == Unread()


async def test_another_command_is_left_as_it_is(desk: Desk) -> None:
    command = GiveBack("acc_1")
    assert await desk.reader.inform(command, Actor(ADA)) is command


def test_the_newest_are_found_by_the_index_without_reading_the_rest(sqlite_database: Database) -> None:
    steps = plan_of(newest_query(KIND, ADA, "acc_0", MAX_REQUESTS), sqlite_database)
    assert any("USING INDEX ix_subjects_owner (owner=? AND kind=? AND id>?)" in step for step in steps), steps
    assert not any("SCAN subjects" in step or "TEMP B-TREE" in step for step in steps), steps


async def test_two_at_once_are_both_looked_at(desk: Desk) -> None:
    both = await asyncio.gather(desk.ask(ADA), desk.ask(GRACE))
    assert all(state.signals is not None for state in both)
