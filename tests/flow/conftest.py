"""For each test a Slack and a Daypass of its own, on the servers that all offices share."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.cli.logs import quieten
from bot.demo.stage import BUNDLE
from tests.builders import Database, fresh_sqlite
from tests.flow.large import large_workspace
from tests.flow.office import REPEATED, Office, Servers, Slack, opened, slack

MUCH: dict[str, Any] = {"daypass_max_pending": 1_000, "daypass_max_started_per_hour": 1_000}
"""What people may ask for where many tests have them ask."""
OpenOffice = Callable[..., AbstractAsyncContextManager[Office]]
Rules = Callable[..., Path]


@pytest.fixture(autouse=True, scope="session")
def _quiet_libraries() -> None:
    quieten()


@pytest.fixture
async def workspace() -> AsyncIterator[Slack]:
    async with slack() as workspace:
        yield workspace


@pytest.fixture
def open_office(servers: Servers, workspace: Slack, sqlite_database: Database) -> OpenOffice:
    """Opens an office on a fresh SQLite, with settings of the test's own."""
    return lambda **settings: opened(servers, workspace, sqlite_database.url, **settings)


@pytest.fixture
async def office(open_office: OpenOffice) -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unchanged_office(
    servers: Servers, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """One office for all tests of a file that only look at it: to open one takes longer than they do."""
    database = fresh_sqlite(migrated_sqlite, tmp_path_factory.mktemp("unchanged"))
    async with slack() as workspace, opened(servers, workspace, database.url) as office:
        yield office


@pytest.mark.asyncio(loop_scope="module")
class Looking:
    """Tests that leave an office as they found it share one."""

    @pytest_asyncio.fixture(loop_scope="module")
    async def office(self, unchanged_office: Office) -> Office:
        return await unchanged_office.anew()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_office(
    servers: Servers, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """One office for all tests of a file that act on what is theirs alone."""
    database = fresh_sqlite(migrated_sqlite, tmp_path_factory.mktemp("shared"))
    async with slack() as workspace, opened(servers, workspace, database.url, **MUCH) as office:
        yield office


@pytest.mark.asyncio(loop_scope="module")
class Sharing:
    """Tests that act on requests of their own share an office, and see nothing of one another.

    The clock stays where it is in them, and settings, people and rules as they are. What stands in one place for
    all requests, as an App Home or who holds what does, shows those of earlier tests too.
    """

    @pytest_asyncio.fixture(loop_scope="module")
    async def office(self, shared_office: Office) -> Office:
        shared_office.clock.ahead += REPEATED
        return await shared_office.anew()


@pytest.fixture
async def large_company() -> AsyncIterator[Slack]:
    """A workspace of 12,000 people and 6,000 channels, with Slack's own rate limits."""
    async with slack(large_workspace(), speed=1.0) as workspace:
        yield workspace


@pytest.fixture
def open_large_office(servers: Servers, large_company: Slack, sqlite_database: Database) -> OpenOffice:
    """Opens an office in the large workspace, with settings of the test's own."""
    return lambda **settings: opened(servers, large_company, sqlite_database.url, **settings)


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    """A copy of the example bundle, to be edited, with some changes (file, old, new) made to it already."""
    return partial(copied_rules, tmp_path)


def copied_rules(folder: Path, *changes: tuple[str, str, str]) -> Path:
    bundle = folder / "bundle"
    shutil.copytree(BUNDLE, bundle, ignore=shutil.ignore_patterns("tests"))
    for file, old, new in changes:
        text = (bundle / file).read_text()
        assert old in text, f"{file} has no {old!r}"
        (bundle / file).write_text(text.replace(old, new, 1))
    return bundle
