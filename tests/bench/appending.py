"""What recording through the ledger costs against inserting the same rows bare: eight writers at a PostgreSQL.

The bare side inserts the rows that the ledger wrote, again by eight writers, a transaction for each command. The two sides
take turns.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import psycopg
from psycopg import sql

from bot.demo.postgres import Postgres
from migrations import upgrade
from tests.bench.figures import Figure
from tests.builders import Clock, world_of
from tests.spine.tally import count, rows, tally_ledger
from workflows.database.store import Store, opened
from workflows.ledger.ledger import Ledger
from workflows.policy.bundle import Bundle

LIMIT = 1 / 0.7
"""At least 0.7 of the bare speed."""
WRITERS = 8
EACH = 200
"""Commands of one writer in a turn."""
TURNS, WARMED_UP = 7, 1
TABLES = ("events", "texts", "subjects", "once")
"""Into which a command writes, in an order that their references allow."""

Row = dict[str, Any]
Command = list[tuple[str, Row]]
"""The rows that a command wrote, each with its table."""


async def measure(postgres: Postgres, bundle: Bundle) -> list[Figure]:
    """One figure: the time for a command of one event, a text and a new subject."""
    for name in ("appending", "appending_bare"):
        postgres.create_database(name)
        upgrade(postgres.url(name))
    ours, bare = [], []
    async with opened(postgres.url("appending")) as store:
        ledger = tally_ledger(store, world_of(bundle), Clock())
        seen: set[str] = set()
        for turn in range(TURNS + WARMED_UP):
            took = await _recorded(ledger, turn)
            written = await _written(store, seen)
            took_bare = await asyncio.to_thread(_inserted, postgres.url("appending_bare"), written)
            if turn >= WARMED_UP:
                ours.append(took)
                bare.append(took_bare)
    return [_figure(ours, bare)]


def _figure(ours: Sequence[float], bare: Sequence[float]) -> Figure:
    each = [f"{WRITERS * EACH / median(took):.0f}/s" for took in (ours, bare)]
    name = f"recording through the ledger, {WRITERS} writers, against inserting its rows"
    ratio = median(own / other for own, other in zip(ours, bare, strict=True))
    return Figure(name, ratio, LIMIT, *each)


async def _recorded(ledger: Ledger, turn: int) -> float:
    async def write(writer: int) -> None:
        for number in range(EACH):
            subject = f"tly_{turn}_{writer}_{number}"
            outcome = await count(
                ledger, subject, f"bench/{subject}", note="last night's features look stale"
            )
            assert outcome.refusal is None

    began = time.perf_counter()
    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
    return time.perf_counter() - began


async def _written(store: Store, seen: set[str]) -> list[Command]:
    """What was written since the last time, a command each."""
    found = {table: [row._asdict() for row in await rows(store, table)] for table in TABLES}
    events = {row["id"]: row for row in found["events"] if row["subject"] not in seen}
    commands: dict[str, Command] = {row["subject"]: [("events", row)] for row in events.values()}
    for table, of in (("texts", "event"), ("subjects", "id"), ("once", "subject")):
        for row in found[table]:
            subject = events[row[of]]["subject"] if row[of] in events else row[of]
            if subject in commands:
                commands[subject].append((table, row))
    seen.update(commands)
    assert len(commands) == WRITERS * EACH
    assert all([table for table, _ in command] == list(TABLES) for command in commands.values())
    return list(commands.values())


def _inserted(url: str, commands: Sequence[Command]) -> float:
    """Insert them by eight writers, each command in a transaction whose statements go out together."""
    connections = [psycopg.connect(url) for _ in range(WRITERS)]
    statements = {table: _statement(table, row) for table, row in commands[0]}

    def write(writer: int) -> None:
        connection = connections[writer]
        for command in commands[writer::WRITERS]:
            with connection.transaction(), connection.pipeline():
                for table, row in command:
                    connection.execute(statements[table], row)

    with ThreadPoolExecutor(WRITERS) as threads:
        began = time.perf_counter()
        list(threads.map(write, range(WRITERS)))
        took = time.perf_counter() - began
    for connection in connections:
        connection.close()
    return took


def _statement(table: str, row: Row) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Placeholder, row)),
    )
