"""The database goes away in the middle of a click, a minting and an end: nothing is lost, and it is said meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from bot.cli.operator import read_status
from bot.demo.actor import seen
from bot.demo.postgres import Postgres, start_postgres
from tests.builders import fresh_postgres, prepare_postgres
from tests.flow.deeds import ask, card, granted, log_of, message, not_ready, press_as_shown, token
from tests.flow.office import APPROVALS, Office, Servers, Slack, opened
from tests.flow.test_holding import logs_in, unwrap


@dataclass
class Database:
    """A PostgreSQL server of its own, which is there or isn't."""

    directory: Path
    running: Postgres
    restarts: int = 0

    def away(self) -> None:
        self.running.stop()

    async def back(self, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        self.running = await start_postgres(self.directory, self.running.port)
        self.restarts += 1

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """As after a failover: sessions that are open find that they can't write any more."""
        self._set("ALTER SYSTEM SET default_transaction_read_only = on")
        try:
            yield
        finally:
            self._set("ALTER SYSTEM RESET default_transaction_read_only")

    def _set(self, statement: str) -> None:
        with psycopg.connect(self.running.url(), autocommit=True) as connection:
            connection.execute(statement)
            connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    directory = tmp_path_factory.mktemp("own-postgres")
    made = Database(directory, asyncio.run(start_postgres(directory)))
    prepare_postgres(made.running)
    yield made
    made.away()


@pytest.fixture
async def office(servers: Servers, workspace: Slack, server: Database) -> AsyncIterator[Office]:
    with fresh_postgres(server.running) as database:
        async with opened(servers, workspace, database.url) as office:
            yield office


def restart_at(office: Office, server: Database, step: str) -> asyncio.Future[None]:
    """Restart the database the next time that Daypass comes to this step; when it is back."""
    came: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    restarting: list[asyncio.Task[None]] = []

    def reach(reached: str) -> None:
        if reached == step and not restarting:
            server.away()
            restarting.append(asyncio.create_task(server.back(after=0.5)))
            restarting[0].add_done_callback(lambda _: came.set_result(None))

    office.daypass.ledger._reach = reach
    office.daypass.outbox._reach = reach
    return came


async def test_a_restart_loses_no_minting_and_no_end(office: Office, server: Database) -> None:
    asked = await granted(office)
    direct = await office.ada.direct()
    back = restart_at(office, server, "outbox.performed.mint")
    login = unwrap(office.servers, await token(office.ada, direct, asked.id))
    await back
    shown = await card(office.ada, direct, asked.id, "minted once")
    assert logs_in(office.servers, login)

    back = restart_at(office, server, "outbox.performed.end")
    await press_as_shown(office.ada, direct, shown, "Give back")
    await back
    await office.until("ended")
    assert not logs_in(office.servers, login)

    log = await log_of(office, asked.id)
    for action in ("reviewed", "credential-minted", "credential-ended", "grant-ended"):
        assert log.count(f"access.{action}") == 1, log
    await office.quiet()
    assert await not_ready(office) == {}


async def test_while_it_is_away_it_is_said(office: Office, server: Database) -> None:
    asked = await ask(office)
    shown = await card(office.grace, APPROVALS, asked.id)
    server.away()

    async def said() -> bool:
        return "can't reach its database" in (await not_ready(office)).get("database", "")

    await seen("the database in /readyz", said)
    paths = ("/", "/healthz")
    assert [await answer_of(office, path) for path in paths] == [503, 200]
    await press_as_shown(office.grace, APPROVALS, shown, "Approve")
    await message(office.grace, APPROVALS, "may not have recorded that")
    await server.back()
    await press_as_shown(office.grace, APPROVALS, shown, "Approve")
    await office.until("active")

    async def fine() -> bool:
        return await not_ready(office) == {}

    await seen("nothing in /readyz", fine)


async def answer_of(office: Office, path: str) -> int:
    cookie = {"Cookie": "daypass=somebody"}
    async with office.session.get(f"{office.url}{path}", headers=cookie) as answer:
        return answer.status


async def test_while_it_is_read_only_it_is_said_and_nothing_is_lost(office: Office, server: Database) -> None:
    asked = await ask(office)
    shown = await card(office.grace, APPROVALS, asked.id)
    with server.read_only():

        async def said() -> bool:
            return "read-only" in (await not_ready(office)).get("database", "")

        await seen("the database in /readyz", said)
        assert "read-only" in "\n".join((await read_status(office.settings)).sentences)
        clicked = asyncio.create_task(press_as_shown(office.grace, APPROVALS, shown, "Approve"))
        await asyncio.sleep(0.5)
    await clicked
    await office.until("active")
    log = await log_of(office, asked.id)
    assert log.count("access.reviewed") == 1, log
