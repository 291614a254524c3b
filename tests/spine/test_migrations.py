"""The migrations make the database that the code speaks of, on an empty one and again and again."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from bot.demo.postgres import Postgres
from migrations import config, newest_revision, open_engine, revision_of, upgrade
from tests.builders import Database, fresh_postgres
from workflows.database.tables import metadata


@pytest.fixture(scope="module")
def blank_database(postgres: Postgres) -> Iterator[Database]:
    with fresh_postgres(postgres, "template0") as database:
        yield database


@pytest.fixture
def postgres_url(blank_database: Database) -> str:
    with psycopg.connect(blank_database.owner_url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return blank_database.owner_url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    return str(request.getfixturevalue("postgres_url"))


def tables(url: str) -> set[str]:
    engine = open_engine(url)
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
    assert revision_of(url) is None
    upgrade(url)
    assert (
        revision_of(url) == newest_revision() == ScriptDirectory.from_config(config(url)).get_current_head()
    )
    upgrade(url)


def test_a_database_that_was_brought_up_half_way_is_brought_up(url):
    command.upgrade(config(url), "0007")
    upgrade(url)
    assert revision_of(url) == newest_revision()


def test_replicas_can_start_on_an_empty_database_at_once(postgres_url):
    start = "import sys, migrations; migrations.upgrade(sys.argv[1])"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", start, postgres_url],
            cwd=Path(__file__).parents[2],
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    assert [process.communicate()[1] for process in processes] == ["", "", ""]
    assert [process.returncode for process in processes] == [0, 0, 0]
