"""Whoever has the database login can write rows; none of them gives anybody anything that the log doesn't bear out.

On PostgreSQL, as the role that Daypass runs as. Vault is asked for nothing here: that is what is tested.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.access.story import WHY, Story
from tests.builders import WORKFLOWS, Clock, Database
from tests.logged import Logged
from tests.people import ADA, BARBARA, GRACE
from workflows import access
from workflows.access.commands import RequestAccess, RequestCredential, ReviewAccess
from workflows.access.events import Approved, CredentialRequested, Granted, Requested
from workflows.access.evolve import evolve
from workflows.access.performers import performers
from workflows.access.request_digest import request_digest
from workflows.access.state import Access
from workflows.database.store import opened
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Outbox, Performer, Result
from workflows.ledger.refusal import Turned
from workflows.ledger.replayed_state import Rederiving
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import INTERNAL
from workflows.ports import MintOrder, Permanent
from workflows.system.alarms import KIND as ALARMS
from workflows.system.alarms import Alarm
from workflows.workflow import Actor, Event, World

ID, OTHER = "acc_01M85P4WJC97ST17PTW4BJTYRW", "acc_01M85P4WJC97ST17PTW4BJTYRX"
HOURS = timedelta(hours=23)


@dataclass
class Asked:
    """Notes what Vault would be asked for, and gives nothing."""

    orders: list[MintOrder] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)

    async def mint(self, order: MintOrder) -> Any:
        self.orders.append(order)
        raise Permanent("This Vault gives nothing.")

    async def opening(self, access: Access, window: str) -> str:
        self.windows.append(window)
        return window

    async def failure(self, access: Access, place: str, error: Exception) -> None: ...


@dataclass
class House:
    """Daypass's ledger and outbox, and the thief's connection to their database."""

    world: World
    clock: Clock
    ledger: Ledger
    outbox: Outbox
    reads: Repository
    vault: Asked
    thief: psycopg.Connection[Any]

    async def ask(self, what: str = "warehouse", subject: str = ID, seconds: int = 3_600) -> Access:
        outcome = await self.ledger.handle(RequestAccess(subject, what, seconds, WHY), Actor(ADA), "slack")
        assert outcome.refusal is None, outcome.refusal
        return outcome.state

    async def review(self, asked: Access, verdict: Any = "approve") -> None:
        command = ReviewAccess(asked.id, verdict, asked.digest, asked.terms.digest, "because")
        assert (await self.ledger.handle(command, Actor(GRACE), "slack")).refusal is None

    async def get(self, who: str = ADA, subject: str = ID) -> None:
        """The click on Get credentials, and all that comes of it."""
        command = RequestCredential(subject, "crd_1", "the requester's window")
        outcome = await self.ledger.handle(command, Actor(who), "slack")
        assert outcome.refusal is None, "the row alone would have allowed it"
        await self.perform()

    async def perform(self) -> None:
        """All that is due, and all that comes of it."""
        while True:
            await self.outbox.perform_due()
            await self.outbox.drain()
            due = [one for one in await self.reads.open_effects() if one.not_before <= self.clock()]
            if all(one.status == "failed" for one in due):
                return

    def write(self, subject: str, version: int, *events: Event, actor: str = GRACE) -> None:
        """Events as Daypass would log them; a refusal is one that changes nothing."""
        logged = Logged(access.WORKFLOW, subject, first=version)
        logged.add(None, events, Actor(actor), self.world, self.clock())
        self.insert(logged)

    def insert(self, logged: Logged) -> None:
        for row in logged.rows():
            names = ", ".join(row)
            self.thief.execute(
                f"INSERT INTO events ({names}) VALUES ({', '.join(['%s'] * len(row))})".encode(),
                list(row.values()),
            )

    def change(self, state: Access, version: int, subject: str = ID) -> None:
        """The state row, at the version of an event that changes nothing."""
        self.write(subject, version, Turned(command="GiveBack", code="not-yours", sentence="No."))
        self.thief.execute(
            "UPDATE subjects SET version = %s, status = %s, owner = %s, state = %s WHERE id = %s",
            (version, state.status, state.owner, state.model_dump_json(), subject),
        )

    def effect(self, version: int, position: int, **payload: str) -> None:
        self.thief.execute(
            """INSERT INTO effects (subject, version, position, kind, lock, priority, payload, status, not_before, created_at)
               VALUES (%s, %s, %s, 'mint', 'a lock', 1, %s, 'pending', %s, %s)""",
            (ID, version, position, json.dumps(payload), self.clock(), self.clock()),
        )

    async def now(self) -> Access:
        found = await self.reads.find(Access, ID)
        assert found is not None
        return found

    async def alarms(self) -> list[str]:
        return [one.sentence for one in await self.reads.in_status(Alarm, ALARMS, ["raised"])]


@pytest.fixture
def thief(postgres_database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres_database.url, autocommit=True) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("daypass",)
        yield connection


@pytest.fixture
async def house(
    postgres_database: Database, thief: psycopg.Connection[Any], world: World, clock: Clock
) -> AsyncIterator[House]:
    vault = Asked()
    async with opened(postgres_database.url) as store:
        ledger = Ledger(
            store, WORKFLOWS, lambda: world, clock, recorded=lambda what: outbox.begin(what.begun)
        )
        reads = Repository(store)
        guarded = performers(vault, {}, vault, reads, Rederiving(reads, ledger), lambda: world)  # type: ignore[arg-type]
        outbox = Outbox(
            store,
            ledger,
            guarded
            | dict.fromkeys(("draw", "tell", "end", "cancel-extensions"), Performer(_done, INTERNAL, 10)),
            clock,
        )
        yield House(world, clock, ledger, outbox, reads, vault, thief)


async def _done(effect: ClaimedEffect) -> Result:
    return Done()


def longer(state: Access, by: timedelta = HOURS) -> Access:
    assert state.grant is not None
    return state.model_copy(
        update={"grant": state.grant.model_copy(update={"ends_at": state.grant.ends_at + by})}
    )


async def refused(house: House, why: str) -> None:
    """Vault was asked for nothing, and somebody is told why."""
    assert house.vault.orders == []
    alarms = await house.alarms()
    assert len(alarms) == 1, (alarms, await house.reads.open_effects())
    (sentence,) = alarms
    assert why in sentence
    assert "Nothing was handed out" in sentence


class TestAStateRow:
    async def test_that_follows_from_its_events_gives_a_credential(self, house):
        """So that the other tests mean something."""
        await house.review(await house.ask())
        await house.get()
        (order,) = house.vault.orders
        assert order.ends_at == house.clock() + timedelta(hours=1)
        assert await house.alarms() == []

    async def test_that_says_granted_gives_nobody_anything(self, house):
        asked = await house.ask("warehouse-pii", seconds=1_200)
        story = Story(house.world)
        story.asks(ADA, "warehouse-sample", seconds=600)
        house.change(longer(asked.model_copy(update={"status": "active", "grant": story.now.grant})), 2)
        await house.get()
        await refused(house, "it had not been granted")
        assert (await house.now()).credentials[0].status == "failed"

    @pytest.mark.parametrize("what", ["later", "recipe", "longest", "credentials"])
    async def test_of_a_grant_that_was_changed_gives_nothing_and_the_grant_ends(self, house, what):
        await house.review(await house.ask())
        now = await house.now()
        recipe = now.terms.vault.model_copy(update={"path": "database/creds/warehouse-pii"})
        terms = {
            "recipe": {"vault": recipe},
            "longest": {"longest": 82_800},
            "credentials": {"credentials": 99},
        }.get(what, {})
        changed = now.model_copy(update={"terms": now.terms.model_copy(update=terms)})
        house.change(longer(changed) if what == "later" else changed, 3)
        await house.get()
        await refused(house, "isn't what its events led to")
        assert (await house.now()).status in ("ending", "ended")

    async def test_of_a_denied_request_gives_nothing(self, house):
        asked = await house.ask()
        await house.review(asked, "deny")
        story = Story(house.world)
        story.asks(ADA, "warehouse-sample", seconds=600)
        denied = await house.now()
        house.change(denied.model_copy(update={"status": "active", "grant": story.now.grant}), 3)
        await house.get()
        await refused(house, "it had not been granted")

    async def test_that_names_another_requester_gives_them_nothing(self, house):
        await house.review(await house.ask())
        now = await house.now()
        house.change(now.model_copy(update={"owner": BARBARA}), 3)
        await house.get(BARBARA)
        await refused(house, "someone else than the requester")


class TestAnEvent:
    async def test_of_another_story_grants_nothing(self, house):
        """Another request's grant, put into this one's place."""
        other = await house.ask(subject=OTHER)
        await house.review(other)
        await house.ask()
        house.thief.execute(
            """INSERT INTO events (id, subject, version, position, at, actor, surface, action, leaf)
               SELECT 'E' || position, %s, 2, position, at, actor, surface, action, leaf FROM events
               WHERE subject = %s AND version = 2""",
            (ID, OTHER),
        )
        granted = await house.reads.find(Access, OTHER)
        house.thief.execute(
            "UPDATE subjects SET version = 2, status = 'active', state = %s WHERE id = %s",
            (granted.model_copy(update={"id": ID}).model_dump_json(), ID),
        )
        await house.get()
        await refused(house, "belongs to another story")

    async def test_that_is_no_event_stops_what_it_is_put_into(self, house):
        await house.review(await house.ask())
        house.thief.execute(
            """INSERT INTO events (id, subject, version, position, at, actor, surface, action, leaf)
               VALUES ('E', %s, 3, 0, now(), 'x', 'x', 'access.granted', 'not json')""",
            (ID,),
        )
        house.thief.execute("UPDATE subjects SET version = 3 WHERE id = %s", (ID,))
        await house.get()
        await refused(house, "can't be read")


class TestAnEffect:
    async def test_that_no_event_called_for_mints_nothing(self, house):
        await house.ask()
        house.effect(1, 0, credential="crd_9", window="the thief's window")
        await house.perform()
        await refused(house, "none of its events called for")
        assert house.vault.windows == []

    async def test_with_another_window_than_was_asked_from_hands_nothing_over(self, house):
        await house.review(await house.ask())
        await house.get()
        asked, house.vault.windows = len(house.vault.orders), []
        house.effect(3, 0, credential="crd_1", window="the thief's window")
        await house.perform()
        assert len(house.vault.orders) == asked
        assert house.vault.windows == []
        assert "none of its events called for" in (await house.alarms())[0]

    async def test_a_second_time_mints_nothing_more(self, house):
        await house.review(await house.ask())
        await house.get()
        house.effect(3, 0, credential="crd_1", window="the requester's window")
        await house.perform()
        assert len(house.vault.orders) == 1


class TestAWholeStory:
    """The database login may add events, so it can write a story from its beginning."""

    def write(self, house: House, what: str, seconds: int, **terms: Any) -> None:
        story = Story(house.world, house.clock)
        ticket = "DATA-42" if what == "warehouse-write" else None
        story.asks(ADA, what, seconds=min(seconds, 1_200), ticket=ticket)
        (requested, *_) = story.events
        assert isinstance(requested, Requested)
        claimed = requested.terms.model_copy(update=terms)
        digest = request_digest(ID, ADA, claimed, seconds, WHY, ticket)
        now = house.clock()
        events = (
            requested.model_copy(update={"id": ID, "seconds": seconds, "terms": claimed, "digest": digest}),
            Approved(at=now),
            Granted(starts_at=now, ends_at=now + timedelta(seconds=seconds)),
        )
        asks = CredentialRequested(credential="crd_1", window="a window", at=now)
        state = None
        for event in (*events, asks):
            state = evolve(state, event)
        logged = Logged(access.WORKFLOW, ID)
        logged.add(None, events, Actor(ADA), house.world, now)
        logged.add(state, (asks,), Actor(ADA), house.world, now)
        house.insert(logged)
        assert state is not None
        house.thief.execute(
            """INSERT INTO subjects (id, kind, version, status, owner, changed_at, state)
               VALUES (%s, 'acc', 2, 'active', %s, %s, %s)""",
            (ID, ADA, now, state.model_dump_json()),
        )
        house.effect(2, 0, credential="crd_1", window="a window")

    async def test_with_the_recipe_of_another_entitlement_is_refused(self, house):
        pii = house.world.bundle.entitlements["warehouse-pii"].vault
        sample = house.world.bundle.entitlements["warehouse-sample"].vault
        recipe = {"path": pii.path, "policy": pii.policy, "parameters": dict(sample.parameters)}
        story = Story(house.world)
        story.asks(ADA, "warehouse-sample", seconds=600)
        self.write(house, "warehouse-sample", 600, vault=story.now.terms.vault.model_copy(update=recipe))
        await house.perform()
        assert house.vault.orders == []
        assert "created differently now" in (await house.now()).credentials[0].trouble

    async def test_with_terms_that_ask_for_no_approval_is_refused(self, house):
        self.write(house, "warehouse-pii", 1_200, automatic=True, stages=())
        await house.perform()
        assert house.vault.orders == []
        assert "more or other approvals" in (await house.now()).credentials[0].trouble

    async def test_with_terms_that_allow_a_day_is_refused(self, house):
        self.write(house, "warehouse-sample", 600, longest=90_000)
        await house.perform()
        assert len(house.vault.orders) == 1, "longer terms alone give nothing more"
        assert house.vault.orders[0].ends_at == house.clock() + timedelta(seconds=600)

    async def test_for_longer_than_the_bundle_gives_is_refused(self, house):
        """Its own terms allow it, for whoever wrote the story wrote them too."""
        self.write(house, "warehouse-sample", 82_800, longest=90_000)
        await house.perform()
        assert house.vault.orders == []
        assert "allows less time" in (await house.now()).credentials[0].trouble

    async def test_that_the_policy_would_have_allowed_still_passes(self, house):
        """What nothing here can tell from the truth: the approvals themselves have to be held by somebody else."""
        self.write(house, "warehouse-sample", 600)
        await house.perform()
        assert len(house.vault.orders) == 1
