"""How long the console's pages take on a log of a million events, against the same pages on one of ten thousand.

Both are PostgreSQL databases on one server, read by the console's own application, in turn. The small log is
made through the ledger; the large one is a hundred times that, each copy with ids and an hour of its own.
"""

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from urllib.parse import urlencode

import httpx2
import psycopg
from ulid import ULID

from bot.demo.postgres import Postgres
from bot.web.api.problems import handle_problems
from bot.web.console import Console, console_app
from bot.web.rejections import Rejections
from migrations import upgrade
from tests.bench.figures import NO_LIMIT, Figure, of_medians
from tests.builders import BY_KIND, WORKFLOWS, Clock, world_of
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET
from workflows.access.commands import (
    GiveBack,
    ReportEnded,
    ReportMinted,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
)
from workflows.audit.log import Log
from workflows.audit.sequencer import sequence
from workflows.database.store import Store, opened
from workflows.incidents.commands import DeclareIncident
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.bundle import Bundle
from workflows.queries.queries import Queries
from workflows.queries.search_index import index_log
from workflows.system.session_commands import SignIn
from workflows.system.sessions import session_id
from workflows.workflow import OUTBOX, Actor, World

LIMIT = 1.3
SMALL, LARGE = 10_000, 1_000_000
TURNS = 60
WARMED_UP = 15
BEGAN = datetime(2024, 1, 1, 8, tzinfo=UTC)
LIFE = 10
"""Events of one request, from being asked for to its end."""
AUDITOR, MEMBER = "an auditor's", "a member's"
"""Secrets of two sessions: Barbara's, and Margaret's, whom nothing but her private incidents concerns."""
PRIVATE = 40
"""Private incidents in the small log, most of their events none of the auditor's business."""
TEMPLATE = "reading_template"


@dataclass(frozen=True)
class Reader:
    """An auditor's browser at the console over one of the two logs, and the stories that there are."""

    client: httpx2.AsyncClient
    stories: list[str]
    events: int

    async def took(self, address: str, secret: str = AUDITOR) -> float:
        began = time.perf_counter()
        answer = await self.client.get(address, cookies={"daypass": secret})
        assert answer.status_code == 200, (address, answer.status_code)
        return time.perf_counter() - began


async def measure(postgres: Postgres, bundle: Bundle) -> list[Figure]:
    """A figure for each kind of page."""
    async with AsyncExitStack() as stack:
        world = world_of(bundle)
        clock = await _fill(postgres, world)
        small, large = [await _reader(stack, postgres, world, clock, size) for size in (SMALL, LARGE)]
        assert small.events >= SMALL * 0.9
        assert large.events >= LARGE * 0.9
        figures = []
        for name, address in _pages():
            ours, other = await _in_turn(large, small, address)
            figures.append(of_medians(f"{name}: 1,000,000 events against 10,000", ours, other, LIMIT))
        theirs = await _in_turn(large, small, "/search", MEMBER)
        figures.append(of_medians("what concerns a member: 1,000,000 events against 10,000", *theirs, LIMIT))
        stories = await _stories(large, small)
        figures.append(of_medians("a story: 1,000,000 events against 10,000", *stories, LIMIT))
        held = await _in_turn(large, small, "/held?" + urlencode({"resource": "warehouse", "at": _at(3)}))
        figures.append(of_medians("who had access: 1,000,000 events against 10,000", *held, NO_LIMIT))
    return figures


def _pages() -> list[tuple[str, str]]:
    """Searches by each field, and by what hardly occurs together."""
    wanted = (
        ("the newest events", {}),
        ("search by person", {"person": "Grace"}),
        ("search by resource and action", {"resource": "warehouse", "action": "access.reviewed"}),
        ("search by person, resource and time", {"person": "Ada", "resource": "warehouse", "until": _at(9)}),
        ("search for what isn't there", {"person": "Grace", "action": "access.denied"}),
        ("search for what never occurs together", {"person": "Edsger", "action": "access.requested"}),
    )
    return [(name, f"/search?{urlencode(given)}") for name, given in wanted]


def _at(hours: int) -> str:
    return (BEGAN + timedelta(hours=hours, minutes=30)).isoformat()


async def _in_turn(
    large: Reader, small: Reader, address: str, secret: str = AUDITOR
) -> tuple[list[float], list[float]]:
    ours, other = [], []
    for turn in range(TURNS + WARMED_UP):
        took, took_small = await large.took(address, secret), await small.took(address, secret)
        if turn >= WARMED_UP:
            ours.append(took)
            other.append(took_small)
    return ours, other


async def _stories(large: Reader, small: Reader) -> tuple[list[float], list[float]]:
    """Another story at each turn."""
    ours, other = [], []
    for turn, one, another in zip(
        range(TURNS + WARMED_UP), cycle(large.stories), cycle(small.stories), strict=False
    ):
        took, took_small = await large.took(f"/stories/{one}"), await small.took(f"/stories/{another}")
        if turn >= WARMED_UP:
            ours.append(took)
            other.append(took_small)
    return ours, other


async def _fill(postgres: Postgres, world: World) -> Clock:
    """The small log, in a database of its own; the clock as it stands afterwards."""
    postgres.create_database(TEMPLATE)
    upgrade(postgres.url(TEMPLATE))
    clock = Clock(BEGAN)
    async with opened(postgres.url(TEMPLATE)) as store:
        ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
        await _live(ledger, clock, SMALL // LIFE)
        for number in range(PRIVATE):
            declared = DeclareIncident(f"inc_{ULID()}", f"leak number {number}", "sev3", private=True)
            assert (await ledger.handle(declared, Actor(MARGARET), "slack")).refusal is None
            clock.forward(seconds=40)
        for secret, person in ((AUDITOR, BARBARA), (MEMBER, MARGARET)):
            await ledger.handle(SignIn(session_id(secret), "bench", person), Actor(person), "console")
        await _place(store)
    return clock


async def _reader(stack: AsyncExitStack, postgres: Postgres, world: World, clock: Clock, size: int) -> Reader:
    """A database with so many events, and a console over it with Barbara signed in."""
    name = database_of(size)
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    if size > SMALL:
        _multiply(postgres.url(name), size // SMALL)
    store = await stack.enter_async_context(opened(postgres.url(name)))
    ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
    reads = Repository(store)
    reading = Queries(reads, store, lambda: world, BY_KIND)
    console = Console(
        reading,
        reads,
        ledger,
        Log(store),
        _NoSigner(),
        Rejections(ledger, clock),
        lambda: world,
        clock,
        "",
        None,
        dict,
        _send_nothing,
    )
    app = console_app(console, None)
    handle_problems(app)
    client = await stack.enter_async_context(
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://bench")
    )
    with psycopg.connect(postgres.url(name), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        counted = connection.execute("SELECT count(*) FROM leaves").fetchone()
        chosen = connection.execute("SELECT id FROM subjects WHERE kind = 'acc' ORDER BY md5(id) LIMIT 40")
        return Reader(client, [id for (id,) in chosen], counted[0] if counted else 0)


def database_of(size: int) -> str:
    """The name of the database with so many events."""
    return f"reading_{size}"


async def _live(ledger: Ledger, clock: Clock, requests: int) -> None:
    """Requests by two people, decided by others, used once, given back."""
    for number in range(requests):
        asker, decider = ((ADA, GRACE), (GRACE, EDSGER))[number % 7 == 0]
        clock.forward(seconds=40)
        subject, credential = f"acc_{ULID()}", f"crd_{ULID()}"
        asked = await ledger.handle(
            RequestAccess(subject, "warehouse", 3_600, "last night's features look stale"),
            Actor(asker),
            "slack",
        )
        assert asked.refusal is None, asked.refusal
        terms = asked.state.terms
        ends_at = clock() + timedelta(seconds=3_600)
        minted = ReportMinted(subject, credential, f"a-{number}", f"l-{number}", f"w-{number}", True, ends_at)
        for command, actor in (
            (ReviewAccess(subject, "approve", asked.state.digest, terms.digest), Actor(decider)),
            (RequestCredential(subject, credential, "window"), Actor(asker)),
            (minted, OUTBOX),
            (GiveBack(subject), Actor(asker)),
            (ReportEnded(subject, credential, f"a-{number}", ("vault",)), OUTBOX),
        ):
            outcome = await ledger.handle(command, actor, "slack")
            assert outcome.refusal is None, outcome.refusal


async def _place(store: Store) -> None:
    while await sequence(store):
        pass
    while await index_log(store, BY_KIND):
        pass


_COPY = """
SET session_replication_role = replica;
CREATE TEMP TABLE old_events AS SELECT e.*, l.index FROM events e JOIN leaves l ON l.event = e.id
  WHERE e.subject LIKE 'acc%' OR e.subject LIKE 'inc%';
CREATE TEMP TABLE old_finds AS SELECT f.*, o.subject FROM finds f JOIN old_events o USING (index);
CREATE TEMP TABLE old_texts AS SELECT t.* FROM texts t JOIN old_events o ON o.id = t.event;
CREATE TEMP TABLE old_subjects AS SELECT * FROM subjects WHERE kind IN ('acc', 'inc');
CREATE TEMP TABLE copies AS SELECT n, lpad(n::text, 6, '0') AS mark, n * interval '24 hours' AS later,
  n * (SELECT max(index) + 1 FROM leaves) AS places FROM generate_series(1, COPIES) n;
CREATE FUNCTION pg_temp.own(id text, mark text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT left(id, length(id) - 20) || mark || right(id, 14) $$;
INSERT INTO events (id, subject, version, position, at, actor, surface, action, leaf)
  SELECT pg_temp.own(id, mark), pg_temp.own(subject, mark), version, position, at + later, actor, surface, action,
    convert_to(replace(replace(convert_from(leaf, 'UTF8'), id, pg_temp.own(id, mark)),
      subject, pg_temp.own(subject, mark)), 'UTF8')
  FROM copies CROSS JOIN old_events ORDER BY n, index;
INSERT INTO leaves (index, event, hash)
  SELECT index + places, pg_temp.own(id, mark), sha256('\\x00'::bytea || leaf) FROM copies CROSS JOIN old_events;
INSERT INTO texts (event, field, salt, text)
  SELECT pg_temp.own(event, mark), field, salt, text FROM copies CROSS JOIN old_texts;
INSERT INTO subjects (id, kind, version, status, owner, due_at, changed_at, state)
  SELECT pg_temp.own(id, mark), kind, version, status, owner, due_at, changed_at + later,
    replace(state, id, pg_temp.own(id, mark)) FROM copies CROSS JOIN old_subjects;
INSERT INTO finds (scope, term, at, index)
  SELECT scope, CASE WHEN term LIKE 'held:%' THEN regexp_replace(term, '[0-9-]{10}$', (at + later)::date::text)
    ELSE term END, at + later, index + places FROM copies CROSS JOIN old_finds ON CONFLICT DO NOTHING;
UPDATE indexed SET upto = (SELECT max(index) + 1 FROM leaves);
"""


def _multiply(url: str, times: int) -> None:
    """The log again and again, as if the same were asked every day; past the triggers, as nobody may."""
    with psycopg.connect(url) as connection:
        for statement in _COPY.replace("COPIES", str(times - 1)).split(";\n"):
            if statement.strip():
                connection.execute(statement)


async def _send_nothing(person: str, title: str, line: str) -> None:
    """There is no Slack here."""


class _NoSigner:
    """These pages need no signature."""

    async def sign(self, message: bytes) -> tuple[int, bytes]:
        raise NotImplementedError

    async def public_keys(self) -> dict[int, bytes]:
        raise NotImplementedError
