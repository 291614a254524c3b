"""What many tests start from: a clock, the example's rules and people, a fresh database, a ledger.

Whatever takes `database` or `store` runs twice, on SQLite and on PostgreSQL, there as a role that owns
nothing. One server a session; every test finds its database empty.
"""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine, event

from bot.demo.postgres import Postgres, start_postgres
from bot.demo.warehouse import Warehouse, build_warehouse
from tests.builders import (
    EXAMPLE,
    WORKFLOWS,
    Clock,
    Database,
    empty,
    fresh_postgres,
    fresh_sqlite,
    prepare_postgres,
    sqlite_template,
    world_of,
)
from tests.compiled import share_compiled
from tests.guard import refuse_other_writers
from tests.lab import Lab, new_lab, running_mlflow
from tests.lanes import dealt, examples, needs_server, piece_of
from tests.pgbouncer import PgBouncer, start_pgbouncer
from tests.servers import Servers, running_servers
from tests.shared import shared
from workflows.database.store import Store, opened
from workflows.ledger.ledger import Ledger
from workflows.policy.bundle import Bundle
from workflows.policy.loading.load import load_bundle
from workflows.workflow import World

gc.disable()  # until all is collected
# How long an example takes says more about what else the machine does.
hypothesis.settings.register_profile("daypass", deadline=None, max_examples=examples(50, 500))
hypothesis.settings.load_profile("daypass")
event.listen(Engine, "before_cursor_execute", refuse_other_writers)
event.listen(Engine, "engine_connect", share_compiled)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Workers that compile the same tests at once, on a fresh clone, each begin with another part of them."""
    told = getattr(session.config, "workerinput", None)
    if told:
        for module in piece_of(session.config.args, told["workerid"], told["workercount"]):
            with contextlib.suppress(Exception, pytest.skip.Exception):  # told when it is collected
                import_module(module)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for test in items:
        if needs_server(test):
            test.add_marker("server")
    items[:] = dealt(items, getattr(config, "workerinput", {}).get("workercount", 1))


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the garbage collector needn't look through it again."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_bundle(EXAMPLE)


@pytest.fixture(scope="session")
def world(bundle: Bundle) -> World:
    return world_of(bundle)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    running = asyncio.run(start_postgres(tmp_path_factory.mktemp("postgres")))
    prepare_postgres(running)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def pooler(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[PgBouncer]:
    """A pooler before all databases of that server."""
    running = asyncio.run(start_pgbouncer(tmp_path_factory.mktemp("pgbouncer"), postgres))
    yield running
    running.server.stop()


@pytest.fixture(scope="session")
def warehouse(postgres: Postgres) -> Warehouse:
    """The demo's warehouse, beside Daypass's own databases."""
    return build_warehouse(postgres)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, warehouse: Warehouse) -> Iterator[Servers]:
    """One OpenBao for all offices; those who kill it have a namespace of their own in it, and start it again."""
    with running_servers(tmp_path_factory.mktemp("openbao"), warehouse) as servers:
        yield servers


@pytest.fixture(scope="session")
def mlflow(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """Its address. It takes a while to start: one for all workers, started where it is needed first."""
    own = tmp_path_factory.getbasetemp()
    with shared(own if worker_id == "master" else own.parent, "mlflow", running_mlflow) as url:
        yield url


@pytest.fixture
def lab(mlflow: str, worker_id: str) -> Lab:
    """A registered model of this test's own."""
    return new_lab(mlflow, worker_id)


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, tmp_path: Path) -> Database:
    return fresh_sqlite(migrated_sqlite, tmp_path)


@pytest.fixture(scope="session")
def shared_postgres_database(postgres: Postgres) -> Iterator[Database]:
    """To make a database takes PostgreSQL ten times as long as to empty one."""
    with fresh_postgres(postgres) as database:
        yield database


@pytest.fixture
def postgres_database(shared_postgres_database: Database) -> Iterator[Database]:
    yield shared_postgres_database
    empty(shared_postgres_database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(
        "sqlite_database" if request.param == "sqlite" else "postgres_database"
    )
    return found


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    async with opened(database.url) as store:
        yield store


@pytest.fixture
async def ledger(store: Store, world: World, clock: Clock) -> AsyncIterator[Ledger]:
    ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
    yield ledger
    await ledger.drain()
