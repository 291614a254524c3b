"""One OpenBao and one warehouse for this directory; for each test a Slack and a Daypass of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.demo.openbao import configure_openbao, start_openbao
from bot.demo.postgres import Postgres
from bot.demo.warehouse import build_warehouse
from bot.logs import quieten
from tests.builders import Database
from tests.flow.office import Office, Servers, opened

OpenOffice = Callable[..., AbstractAsyncContextManager[Office]]


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Servers]:
    bao = asyncio.run(start_openbao(tmp_path_factory.mktemp("openbao")))
    warehouse = build_warehouse(postgres)
    yield Servers(bao, warehouse, configure_openbao(bao, warehouse))
    bao.kill()


@pytest.fixture(autouse=True, scope="session")
def _quiet_libraries() -> None:
    quieten()


@pytest.fixture
def open_office(servers: Servers, sqlite_database: Database) -> OpenOffice:
    """Opens an office on a fresh SQLite, with settings of the test's own."""
    return lambda **settings: opened(servers, sqlite_database.url, **settings)


@pytest.fixture
async def office(open_office: OpenOffice) -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office
