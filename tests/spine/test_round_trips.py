"""Between a click and its acknowledgement the database is waited for four times at most.

A new request waits twice more for what its signals are told from, for half a second at most.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg
import pytest
from sqlalchemy import select
from ulid import ULID

from bot.slack.message_store import MessageStore
from integrations.slack.calls import open_client
from tests.builders import WORKFLOWS, Clock, Database
from tests.turns import Wire, wire
from workflows.access.commands import GiveBack, RequestAccess, RequestCredential, ReviewAccess
from workflows.access.signals.reading import HistoryReader
from workflows.access.state import Access
from workflows.database.store import IDLE_SECONDS, Store, opened
from workflows.database.stored_messages import Slot, StoredMessages
from workflows.incidents.commands import AddNote, Cancel, DeclareIncident
from workflows.incidents.state import GOING, KIND, Incident
from workflows.ledger.ledger import Ledger
from workflows.ledger.rate_limits import Limits
from workflows.ledger.repeated_commands import words_of
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.workflow import Actor, Command, World

MOST = 4
ASKING = "a window that asks for access"
END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()"""
ADA, GRACE = Actor("UADA"), Actor("UGRACE")
WARM = 8
"""Clicks after which psycopg has prepared what it prepares."""


class Desk:
    """Clicks and commands as Slack's listeners bring them, on a PostgreSQL behind a wire."""

    def __init__(self, at: Wire, store: Store, world: World, clock: Clock, board: MessageStore) -> None:
        self._wire = at
        self._board = board
        self._store = store
        self._reads = Repository(store)
        self._ledger = Ledger(
            store,
            WORKFLOWS,
            lambda: world,
            clock,
            limits=Limits(1_000, 1_000, 1_000),
            inform=HistoryReader(store, clock).inform,
        )

    async def turns(self, doing: Awaitable[Outcome]) -> tuple[int, Outcome]:
        """How often the database was waited for until this was done, and what came of it."""
        before = self._wire.turns
        outcome = await doing
        turns = self._wire.turns - before
        async with self._store.read_transaction():
            return turns, outcome

    async def press(self, actor: Actor, command: Command) -> Outcome:
        """On a card: it is looked up first what Daypass has drawn there."""
        await self._board.kept.drawn_at("C01", "1.2")
        return await self._ledger.handle(command, actor, "slack", f"slack/{ULID()}")

    async def begin(self, actor: Actor, command: Command) -> Outcome:
        key = f"slack/{ULID()}"
        return await self._ledger.handle(command, actor, "slack", key, words_of(actor, command))

    async def note(self, actor: Actor, words: str) -> Outcome:
        (found,) = await self._reads.in_status(Incident, KIND, GOING)
        return await self._ledger.handle(AddNote(found.id, words), actor, "slack", f"slack/{ULID()}")


@pytest.fixture
async def desk(postgres_database: Database, world: World, clock: Clock) -> AsyncIterator[Desk]:
    async with (
        wire(postgres_database.url) as at,
        opened(at.url) as store,
        open_client("xoxb-none", "http://127.0.0.1:9/api/") as client,
    ):
        board = MessageStore(client, StoredMessages(store, clock))
        await board.remember(Slot("acc_1", "channel:C01", "card"))
        yield Desk(at, store, world, clock, board)


def declaration(title: str) -> DeclareIncident:
    return DeclareIncident(f"inc_{ULID()}", title, "sev3")


async def test_for_every_kind_of_click_and_command(desk: Desk) -> None:
    took: dict[str, int] = {}

    async def turn(what: str, doing: Callable[[], Awaitable[Outcome]]) -> Outcome:
        took[what], outcome = await desk.turns(doing())
        return outcome

    for _ in range(WARM):
        subject, credential = f"acc_{ULID()}", f"crd_{ULID()}"
        why = f"because {ULID()} looks stale to us"
        ask = RequestAccess(subject, "warehouse", 3600, why)
        asked = await turn(ASKING, lambda ask=ask: desk.begin(ADA, ask))
        assert isinstance(asked.state, Access), str(asked.refusal)
        approve = ReviewAccess(subject, "approve", asked.state.digest, asked.state.terms.digest)
        refused = await turn("a refused click", lambda approve=approve: desk.press(ADA, approve))
        assert refused.refusal
        approved = await turn("Approve", lambda approve=approve: desk.press(GRACE, approve))
        assert approved.state.status == "active", approved.refusal
        again = await turn("Approve, too late", lambda approve=approve: desk.press(GRACE, approve))
        assert again.refusal or not again.events
        get, back = RequestCredential(subject, credential, "window"), GiveBack(subject)
        got = await turn("Get credentials", lambda get=get: desk.press(ADA, get))
        assert got.events
        ended = await turn("Give back", lambda back=back: desk.press(ADA, back))
        assert ended.events
        declared = await turn("/incident sev3 …", lambda title=why: desk.begin(ADA, declaration(title)))
        assert declared.events, declared.refusal
        assert (await turn("/incident note …", lambda: desk.note(ADA, "still stale"))).events
        cancel = Cancel(declared.subject, "it was a test")
        assert (await turn("Cancel", lambda cancel=cancel: desk.press(ADA, cancel))).events

    assert took.pop(ASKING) <= MOST + 2
    assert {what: turns for what, turns in took.items() if turns > MOST} == {}
    assert min(took.values()) > 1


async def test_a_connection_that_died_while_it_lay_idle_is_noticed(postgres_database: Database) -> None:
    """Though nobody asks a connection first that has just been used."""
    async with opened(postgres_database.url) as store:
        for through in (store.asking, store.read_transaction, store.write_transaction):
            async with through() as connection:
                await connection.execute(select(1))
        await asyncio.sleep(IDLE_SECONDS * 1.1)
        with psycopg.connect(postgres_database.owner_url) as owner:
            owner.execute(END_OTHERS)
        for through in (store.asking, store.read_transaction, store.write_transaction):
            async with through() as connection:
                assert (await connection.execute(select(1))).scalar_one() == 1
