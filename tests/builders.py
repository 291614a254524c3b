"""Small parts that many tests are built from: a clock that stands still, bundles, databases, a ledger."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg import sql

from bot.demo.postgres import Postgres
from migrations import grant, upgrade
from tests.people import PEOPLE
from workflows import access, incidents, releases
from workflows.database.store import Store, opened
from workflows.database.tables import metadata
from workflows.policy.bundle import Bundle
from workflows.policy.directory import build_directory
from workflows.policy.loading.load import load_bundle
from workflows.ports import Directory
from workflows.system import (
    absences,
    access_reviews,
    alarms,
    control_tests,
    departures,
    documents,
    erasures,
    event_sinks,
    monthly_figures,
    passkeys,
    policy_in_force,
    rejected_requests,
    reminders,
    sessions,
    stops,
)
from workflows.system.access_reviews import removals_log
from workflows.workflow import World

EXAMPLE = Path(__file__).parents[1] / "examples" / "bundle"
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WORKFLOWS = (
    access.WORKFLOW,
    releases.WORKFLOW,
    incidents.WORKFLOW,
    alarms.WORKFLOW,
    policy_in_force.WORKFLOW,
    rejected_requests.WORKFLOW,
    sessions.WORKFLOW,
    stops.WORKFLOW,
    departures.WORKFLOW,
    absences.WORKFLOW,
    access_reviews.WORKFLOW,
    removals_log.WORKFLOW,
    reminders.WORKFLOW,
    event_sinks.WORKFLOW,
    passkeys.WORKFLOW,
    erasures.WORKFLOW,
    control_tests.WORKFLOW,
    monthly_figures.WORKFLOW,
    documents.WORKFLOW,
)
BY_KIND = {one.kind: one for one in WORKFLOWS}
ROLE = "daypass"
"""The PostgreSQL role that Daypass runs as: it owns nothing."""
_PASSWORD = "of-the-test-role"
_END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_numbers = count(1)


def leave_out(sentence: str, required: str) -> NoReturn:
    """Skip, and say what wasn't tested; fail if the environment variable `required` says `required`."""
    if os.environ.get(required) == "required":
        pytest.fail(sentence)
    pytest.skip(sentence)


class Clock:
    """Stands still until it is put forward."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> datetime:
        """`by` are hours, minutes, seconds … as `timedelta` takes them."""
        self.at += timedelta(**by)
        return self.at


NO_FILES: Mapping[str, str] = {}


def changed_bundle(
    target: Path,
    *changes: tuple[str, str, str],
    playbooks: bool = False,
    files: Mapping[str, str] = NO_FILES,
) -> Bundle:
    """The example bundle with the first `old` in `file` replaced by `new`, for each change, and with these `files`.

    Without its playbooks unless they are wanted: they name entitlements and services.
    """
    left_out = ("tests",) if playbooks else ("tests", "playbooks")
    shutil.copytree(EXAMPLE, target, ignore=shutil.ignore_patterns(*left_out))
    for file, old, new in changes:
        path = target / file
        text = path.read_text()
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1))
    for name, text in files.items():
        (target / name).write_text(text)
    return load_bundle(target)


def world_of(bundle: Bundle, **groups: frozenset[str]) -> World:
    """The bundle with its people; `groups` replace the members of some groups (`_` for `-`)."""
    directory = build_directory(bundle, PEOPLE, {})
    others = {name.replace("_", "-"): members for name, members in groups.items()}
    return World(bundle, Directory(directory.people, {**directory.groups, **others}, directory.identities))


@dataclass(frozen=True)
class Database:
    """A fresh, migrated database: `url` is what Daypass runs on, `owner_url` what an operator may do."""

    url: str
    owner_url: str

    @property
    def dialect(self) -> str:
        return self.url.partition(":")[0]


def sqlite_template(directory: Path) -> Path:
    """A migrated file that fresh databases are copied from."""
    path = directory / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


def fresh_sqlite(template: Path, directory: Path) -> Database:
    path = directory / f"daypass-{next(_numbers)}.db"
    shutil.copyfile(template, path)
    path.chmod(0o600)
    return Database(f"sqlite:///{path}", f"sqlite:///{path}")


def prepare_postgres(postgres: Postgres) -> None:
    """Make the role that Daypass runs as, and the migrated database that fresh ones are copied from."""
    _run(postgres, sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(ROLE), _PASSWORD))
    postgres.create_database("template_daypass")
    upgrade(postgres.url("template_daypass"))
    grant(postgres.url("template_daypass"), ROLE)


@contextmanager
def fresh_postgres(postgres: Postgres, template: str = "template_daypass") -> Iterator[Database]:
    """A copy of the template, dropped again when the block is left."""
    name = f"daypass_{next(_numbers)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    _run(postgres, create.format(sql.Identifier(name), sql.Identifier(template)))
    yield Database(postgres.url(name, ROLE, _PASSWORD), postgres.url(name))
    _run(postgres, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def empty(database: Database) -> None:
    """Take everything out again, which only a superuser who puts all triggers aside can do."""
    tables = sql.SQL(", ").join(sql.Identifier(name) for name in metadata.tables)
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(_END_OTHERS)
        connection.execute("SET session_replication_role = replica")
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(tables))


@asynccontextmanager
async def replicas(url: str, number: int = 2) -> AsyncIterator[list[Store]]:
    """The same PostgreSQL database, as so many processes have it open."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(opened(url)) for _ in range(number)]


def _run(postgres: Postgres, statement: sql.Composed) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(statement)
