"""Servers beside OpenBao that take a while to start: one of each for all workers, started where it is needed first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared import shared
from tests.vault.engines.mariadb import MariaDB, found_mariadb, running_mariadb
from tests.vault.engines.rabbitmq import RabbitMQ, found_rabbitmq, running_rabbitmq


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A directory that all workers know."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def mariadb(common: Path) -> Iterator[MariaDB]:
    with shared(common, "mariadb", running_mariadb) as address:
        yield found_mariadb(address)


@pytest.fixture(scope="session")
def rabbitmq(common: Path) -> Iterator[RabbitMQ]:
    with shared(common, "rabbitmq", running_rabbitmq) as address:
        yield found_rabbitmq(address)
