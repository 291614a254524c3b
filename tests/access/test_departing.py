"""Whoever the identity provider deactivates loses what they hold; if there are many, an operator is asked first."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Executable

from tests.access.story import WHY
from tests.builders import WORKFLOWS, Clock
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, PEOPLE, RADIA
from workflows.access.commands import (
    ReportEnded,
    ReportMinted,
    ReportNotEnded,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
)
from workflows.access.departing import HELD, LEARNED_SECONDS, Departures
from workflows.access.state import Access
from workflows.audit.replay import replay
from workflows.audit.tlog.leaf import read_leaf
from workflows.database.store import Store
from workflows.database.stored_scim import Entry, StoredScim, Wanted
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.directory import Doubt, without
from workflows.policy.provisioned import (
    IN_DOUBT,
    OUT,
    UNCONFIRMED_LEAVER,
    Leaver,
    LeavingAccounts,
    accounts_in,
    leaving,
)
from workflows.ports import Person
from workflows.system import departures
from workflows.system.alarms import Alarm, alarm_id
from workflows.system.departures.commands import ConfirmDeparture, RejectDeparture
from workflows.system.departures.decide import hold_above
from workflows.system.departures.state import KIND, Departure
from workflows.system.session_commands import SignIn
from workflows.system.sessions import Session, session_id
from workflows.workflow import OPERATOR, Actor, Command, World

OPERATORS = ("security",)
SUBJECT = "acc_00000000000000000000000001"


class Company:
    """A provider, a directory made of what it pushed, and the job that carries out departures."""

    def __init__(self, store: Store, world: World, clock: Clock, limit: int | None = 2) -> None:
        self.known, self.clock = world, clock
        self.stored, self.reads = StoredScim(store), Repository(store)
        self.found: tuple[LeavingAccounts, ...] = ()
        self.ledger = Ledger(store, WORKFLOWS, self.world, clock)
        self.job = Departures(
            self.ledger, self.reads, self.stored, self, lambda: None, clock, limit, timedelta(hours=1)
        )
        console = world.bundle.settings.console.model_copy(update={"operators": OPERATORS})
        settings = world.bundle.settings.model_copy(update={"console": console})
        self.known = replace(world, bundle=replace(world.bundle, settings=settings))

    def world(self) -> World:
        """As `PolicyAndPeople` makes it."""
        doubtful = accounts_in(self.found, IN_DOUBT)
        doubts = (Doubt(UNCONFIRMED_LEAVER, only=doubtful),) if doubtful else ()
        directory = without(self.known.directory, accounts_in(self.found, OUT))
        return replace(self.known, directory=directory, doubts=doubts)

    def accounts_of_leavers(self, leavers: Any) -> tuple[LeavingAccounts, ...]:
        return leaving(leavers, PEOPLE, self.known.directory)

    def person(self, id: str) -> Person | None:
        return self.known.directory.people.get(id)

    async def push(self, *people: str, active: bool = True) -> None:
        for one in people:
            address = f"{one[1:].lower()}@northwind.example"
            entry = Entry("User", address, "{}", active=active, address=address)
            known = (await self.stored.find("User", _named(address), 0, 1))[1]
            if known:
                await self.stored.replace(known[0].id, entry, None, self.clock())
            else:
                await self.stored.create(one, entry, self.clock())
        await self.learn()

    async def learn(self) -> None:
        self.found = self.accounts_of_leavers(await self.stored.leavers())

    async def run(self) -> None:
        await self.job.run()
        await self.learn()

    async def departures(self) -> list[Departure]:
        return await self.reads.in_status(Departure, KIND, ("held", "ending", "over", "rejected"))

    async def requests(self, person: str = ADA, subject: str = SUBJECT) -> Any:
        command = RequestAccess(subject, "warehouse", 3600, WHY)
        return await self.ledger.handle(command, Actor.person(person), "slack")

    async def granted(self) -> Access:
        asked = (await self.requests()).state
        assert isinstance(asked, Access)
        review = ReviewAccess(SUBJECT, "approve", asked.digest, asked.terms.digest)
        state = (await self.ledger.handle(review, Actor.person(GRACE), "slack")).state
        assert isinstance(state, Access) and state.status == "active"
        return state

    async def access(self) -> Access:
        found = await self.reads.find(Access, SUBJECT)
        assert found is not None
        return found

    async def held(self) -> Departure:
        (found,) = await self.reads.in_status(Departure, KIND, ("held",))
        return found


def _named(address: str) -> Any:
    return Wanted({"key": address})


@pytest.fixture
async def company(store: Store, world: World, clock: Clock) -> Any:
    found = Company(store, world, clock)
    await found.push(ADA, GRACE, EDSGER, RADIA, MARGARET, BARBARA)
    yield found
    await found.ledger.drain()


class TestSomebodyWhoLeaves:
    async def test_loses_what_they_hold_and_their_sessions(self, company: Company) -> None:
        await company.granted()
        signed_in = SignIn(session_id("secret"), "https://idp.example", "ada")
        await company.ledger.handle(signed_in, Actor.person(ADA), "console")
        await company.push(ADA, active=False)
        await company.run()
        access = await company.access()
        assert access.status == "ended" and access.grant and access.grant.how == "revoked"
        session = await company.reads.find(Session, session_id("secret"))
        assert session is not None and session.status == "over"
        company.clock.forward(seconds=LEARNED_SECONDS)
        await company.run()
        (departure,) = await company.departures()
        assert (departure.status, departure.people) == ("over", (ADA,))
        assert departure.requests == (SUBJECT,)

    async def test_gets_nothing_new_from_the_moment_it_is_pushed(self, company: Company) -> None:
        await company.push(ADA, active=False)
        assert (await company.requests()).refusal.code == "unconfirmed"
        await company.run()
        assert (await company.requests(subject=SUBJECT[:-1] + "2")).refusal.code == "not-eligible"

    async def test_has_what_is_pending_closed_though_somebody_approves_too_late(
        self, company: Company
    ) -> None:
        asked = (await company.requests()).state
        await company.push(ADA, active=False)
        await company.run()
        assert (await company.access()).status == "withdrawn"
        review = ReviewAccess(SUBJECT, "approve", asked.digest, asked.terms.digest)
        assert (await company.ledger.handle(review, Actor.person(GRACE), "slack")).refusal.code == "decided"

    async def test_isn_t_over_while_an_end_isn_t_confirmed(self, company: Company) -> None:
        await company.granted()
        credential = "crd_1"
        await company.ledger.handle(RequestCredential(SUBJECT, credential, "V1"), Actor.person(ADA), "slack")
        ends = company.clock() + timedelta(hours=1)
        minted = ReportMinted(SUBJECT, credential, "acc", "lease", "wrap", delivered=True, expires_at=ends)
        await company.ledger.handle(minted, OPERATOR, "outbox")
        await company.push(ADA, active=False)
        await company.run()
        await company.ledger.handle(ReportNotEnded(SUBJECT, credential, "Vault is away."), OPERATOR, "outbox")
        company.clock.forward(seconds=LEARNED_SECONDS)
        await company.run()
        (departure,) = await company.departures()
        assert departure.status == "ending"
        key = alarm_id(f"departure:{departure.id}")
        alarm = await company.reads.find(Alarm, key)
        assert alarm is not None and alarm.status == "raised" and "can't be ended yet" in alarm.sentence
        await company.ledger.handle(ReportEnded(SUBJECT, credential, "acc", ("vault",)), OPERATOR, "outbox")
        await company.run()
        assert (await company.departures())[0].status == "over"
        alarm = await company.reads.find(Alarm, key)
        assert alarm is not None and alarm.status == "cleared"

    async def test_is_found_again_by_what_another_replica_gave_them_meanwhile(self, company: Company) -> None:
        await company.push(ADA, active=False)
        await company.run()
        company.clock.forward(seconds=LEARNED_SECONDS)
        await company.run()
        company.found = ()
        await company.granted()
        await company.run()
        assert (await company.access()).status == "ended"


class TestWithNothingNew:
    """Leavers stay known for ever, and the job runs every few seconds."""

    async def test_nothing_is_decided_and_nobody_else_s_access_is_read(self, company: Company) -> None:
        await company.granted()
        await company.push(GRACE, active=False)
        await company.run()
        company.job.ledger, company.job.reads = NoLedger(), OnlyOf(company.reads, {GRACE})  # type: ignore[assignment]
        await company.job.run()
        assert (await company.departures())[0].status == "ending"


class NoLedger:
    async def handle(self, command: Command, *by: object) -> None:
        raise AssertionError(command)


class OnlyOf:
    """The repository, for whoever asks for no access but of these people."""

    def __init__(self, reads: Repository, owners: set[str]) -> None:
        self._reads, self._owners = reads, owners

    async def in_status(self, kind: Any, prefix: str, statuses: Any, owners: Any = None) -> list[Any]:
        assert kind is Departure or set(owners) == self._owners
        return await self._reads.in_status(kind, prefix, statuses, owners)


class Forgetting:
    """What is stored, for whoever dies before noting anything."""

    def __init__(self, stored: StoredScim) -> None:
        self.leavers, self.counts = stored.leavers, stored.counts

    async def settle(self, *given: object) -> None:
        pass


class TestTooMany:
    async def test_are_held_and_keep_what_they_hold_until_an_operator_confirms(
        self, company: Company
    ) -> None:
        await company.granted()
        await company.push(ADA, GRACE, EDSGER, active=False)
        await company.run()
        held = await company.held()
        assert set(held.people) == {ADA, GRACE, EDSGER}
        assert (await company.access()).status == "active"
        assert (await company.requests(subject=SUBJECT[:-1] + "2")).refusal.code == "unconfirmed"
        alarm = await company.reads.find(Alarm, alarm_id(HELD))
        assert alarm is not None and "(3 Slack accounts)" in alarm.sentence

        confirm = ConfirmDeparture(held.id, held.digest)
        assert (
            await company.ledger.handle(confirm, Actor.person(MARGARET), "console")
        ).refusal.code == "not-allowed"
        assert not (await company.ledger.handle(confirm, Actor.person(RADIA), "console")).refusal
        await company.run()
        assert (await company.access()).status == "ended"
        alarm = await company.reads.find(Alarm, alarm_id(HELD))
        assert alarm is not None and alarm.status == "cleared"

    async def test_stay_if_an_operator_rejects_it(self, company: Company) -> None:
        await company.granted()
        await company.push(ADA, GRACE, EDSGER, active=False)
        await company.run()
        held = await company.held()
        await company.ledger.handle(RejectDeparture(held.id, held.digest), Actor.person(RADIA), "console")
        await company.run()
        await company.run()
        assert (await company.access()).status == "active"
        assert not company.world().doubts
        assert {one.leaver.status for one in company.found} == {"kept"}

    async def test_stay_if_an_operator_rejects_it_before_it_is_noted(self, company: Company) -> None:
        """A replica that dies right after it has reported them notes nothing."""
        await company.push(ADA, GRACE, EDSGER, active=False)
        company.job.stored = Forgetting(company.job.stored)  # type: ignore[assignment]
        await company.run()
        held = await company.held()
        await company.ledger.handle(RejectDeparture(held.id, held.digest), Actor.person(RADIA), "console")
        company.job.stored = company.stored
        await company.run()
        assert {one.leaver.status for one in company.found} == {"kept"}

    async def test_is_decided_by_nobody_who_is_among_them(self, company: Company) -> None:
        await company.push(RADIA, GRACE, EDSGER, active=False)
        await company.run()
        held = await company.held()
        confirm = ConfirmDeparture(held.id, held.digest)
        assert (
            await company.ledger.handle(confirm, Actor.person(RADIA), "console")
        ).refusal.code == "own-departure"
        assert not (await company.ledger.handle(confirm, OPERATOR, "cli")).refusal

    async def test_is_decided_only_as_it_was_shown(self, company: Company) -> None:
        await company.push(ADA, GRACE, EDSGER, active=False)
        await company.run()
        shown = await company.held()
        await company.push(MARGARET, active=False)
        await company.run()
        assert len((await company.held()).people) == 4
        confirm = ConfirmDeparture(shown.id, shown.digest)
        assert (await company.ledger.handle(confirm, Actor.person(RADIA), "console")).refusal.code == "stale"

    async def test_need_no_decision_once_the_provider_has_them_again(self, company: Company) -> None:
        await company.granted()
        await company.push(ADA, GRACE, EDSGER, active=False)
        await company.run()
        await company.push(ADA, GRACE, EDSGER)
        await company.run()
        await company.run()
        assert [one.status for one in await company.departures()] == ["over"]
        assert (await company.access()).status == "active"
        assert not company.world().doubts

    async def test_one_by_one_count_together_within_the_window(self, company: Company) -> None:
        for one in (ADA, GRACE):
            await company.push(one, active=False)
            await company.run()
        await company.push(EDSGER, active=False)
        await company.run()
        assert (await company.held()).people == (EDSGER,)
        company.clock.forward(hours=2)
        await company.push(MARGARET, active=False)
        await company.run()
        assert set((await company.held()).people) == {EDSGER, MARGARET}

    @pytest.mark.parametrize(("people", "limit"), [(0, 5), (49, 5), (60, 6), (20_000, 2_000)])
    def test_are_more_than_a_tenth_and_more_than_five(self, people: int, limit: int) -> None:
        assert hold_above(people) == limit


async def test_every_departure_can_be_replayed(company: Company) -> None:
    await company.granted()
    await company.push(ADA, GRACE, EDSGER, active=False)
    await company.run()
    held = await company.held()
    await company.ledger.handle(ConfirmDeparture(held.id, held.digest), Actor.person(RADIA), "console")
    await company.run()
    company.clock.forward(seconds=LEARNED_SECONDS)
    await company.run()
    state, leaves = await company.reads.as_logged(Departure, held.id)
    replayed = replay(departures.WORKFLOW, [(read_leaf(leaf), {}) for leaf in leaves])
    assert replayed.fault is None and replayed.state == state
    assert state is not None and state.status == "over"


def test_a_leaver_is_every_account_that_is_surely_theirs(world: World) -> None:
    identities = {**world.directory.identities, ADA: "ada", GRACE: "ada"}
    directory = replace(world.directory, identities=identities)
    gone = Leaver("ada@northwind.example", "left", Clock()())
    assert leaving([gone], PEOPLE, directory)[0].accounts == {ADA, GRACE}


class Meanwhile:
    """A store of which something is written after each statement of a reader, as another replica may."""

    def __init__(self, store: Store, write: Callable[[], Awaitable[Any]]) -> None:
        self._store, self._write = store, write

    @asynccontextmanager
    async def read_transaction(self) -> AsyncIterator[Any]:
        async with self._store.read_transaction() as self._connection:
            yield self

    async def execute(self, statement: Executable) -> Any:
        found = await self._connection.execute(statement)
        await self._write()
        return found


async def test_a_group_pushed_while_facts_are_read_is_in_them_or_not_yet(store: Store, clock: Clock) -> None:
    stored, groups = StoredScim(store), count()
    address = "ada@northwind.example"
    await stored.create("ada", Entry("User", address, "{}", active=True, address=address), clock())

    async def push() -> None:
        n = next(groups)
        await stored.create(f"g{n}", Entry("Group", f"group {n}", "{}", members=frozenset({"ada"})), clock())

    await push()
    during: Any = Meanwhile(store, push)
    facts = await StoredScim(during).facts()
    assert facts.groups["group 0"] == {address}
    assert set(facts.groups) <= {"group 0", "group 1", "group 2"}
