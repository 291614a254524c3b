"""One namespace in OpenBao and one PostgreSQL for this directory; every Daypass gets ground of its own on them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.demo.openbao import OpenBao, configure_openbao
from bot.demo.warehouse import Warehouse
from tests import servers as servers_of_offices
from tests.builders import fresh_postgres, fresh_sqlite
from tests.promises.ground import Ground, Servers, new_ground, open_to_all_roles
from tests.promises.requester import Hand
from tests.promises.slack import slack_for_cards


@pytest.fixture(scope="session")
def servers(servers: servers_of_offices.Servers, warehouse: Warehouse) -> Iterator[Servers]:
    """The OpenBao of the offices, which know nothing of this namespace."""
    bao = servers.bao.within("promises")
    bao.at_root.call("POST", f"sys/namespaces/{bao.namespace}")
    configure_openbao(bao, warehouse)
    open_to_all_roles(bao, warehouse)

    def started_again(bao: OpenBao) -> None:
        servers.bao = bao.within(servers.bao.namespace)

    with slack_for_cards() as slack:
        yield Servers(bao, warehouse, slack, started_again)


@pytest.fixture
def new_sqlite_ground(servers: Servers, migrated_sqlite: Path, tmp_path: Path) -> Callable[[], Ground]:
    return lambda: new_ground(servers, tmp_path, fresh_sqlite(migrated_sqlite, tmp_path).url)


@pytest.fixture
def new_postgres_ground(servers: Servers, tmp_path: Path) -> Iterator[Callable[[], Ground]]:
    with ExitStack() as databases:

        def fresh() -> Ground:
            database = databases.enter_context(fresh_postgres(servers.warehouse.postgres))
            return new_ground(servers, tmp_path, database.url)

        yield fresh


@pytest.fixture
def ground(new_sqlite_ground: Callable[[], Ground]) -> Ground:
    return new_sqlite_ground()


@pytest.fixture
def hand() -> Hand:
    return Hand()
