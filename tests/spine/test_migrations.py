"""The migrations make the database that the code speaks of, on an empty one and again and again."""

import subprocess
import sys

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect

from migrations import config, sync_url, upgrade
from tests.builders import fresh_postgres
from workflows.tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path):
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
    else:
        with fresh_postgres(request.getfixturevalue("postgres"), "template0") as database:
            yield database.owner_url


def tables(url: str) -> set[str]:
    engine = create_engine(sync_url(url))
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_they_make_all_tables_and_nothing_else(url):
    upgrade(url)
    assert tables(url) == {*metadata.tables, "alembic_version"}


def test_they_agree_with_the_tables_of_the_code(url):
    upgrade(url)
    command.check(config(url))


def test_they_can_be_applied_again(url):
    upgrade(url)
    upgrade(url)


def test_replicas_can_start_on_an_empty_database_at_once(postgres):
    start = "import sys, migrations; migrations.upgrade(sys.argv[1])"
    with fresh_postgres(postgres, "template0") as database:
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", start, database.owner_url], stderr=subprocess.PIPE, text=True
            )
            for _ in range(3)
        ]
        assert [process.communicate()[1] for process in processes] == ["", "", ""]
        assert [process.returncode for process in processes] == [0, 0, 0]
