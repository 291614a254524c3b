"""P2: one path writes. Who may write which table, and by which ways, read off the source; `make check` runs this.

What no source shows, `tests/guard.py` sees at the database while tests run.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.ways import ways

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    file for package in ("bot", "workflows", "integrations") for file in (ROOT / package).rglob("*.py")
)

WRITERS = {
    "workflows/ledger/transaction.py": {"events", "texts", "subjects", "once", "effects"},
    "workflows/ledger/effect_queue.py": {"effects"},
    "workflows/audit/sequencer.py": {"leaves", "checkpoints"},
    "workflows/audit/witness/cosignatures.py": {"cosignatures"},
    "workflows/audit/forwarding/cursors.py": {"sink_cursors"},
    "workflows/queries/search_index.py": {"finds", "found", "indexed"},
    "workflows/audit/tree_nodes.py": {"nodes"},
    "workflows/database/heartbeat.py": {"heartbeats", "room"},
    "workflows/database/stored_messages.py": {"messages"},
    "workflows/database/stored_people.py": {"people", "user_groups", "readings"},
    "workflows/database/stored_choices.py": {"people"},
    "workflows/database/stored_scim.py": {
        *("scim_resources", "scim_members", "leavers"),
        *("heartbeats", "readings"),
    },
    "workflows/database/stored_scim_members.py": {"scim_members"},
    "workflows/database/stored_leavers.py": {"leavers"},
}
"""The ledger's page writes state and events; the others keep their own books and no state."""


def written_tables(tree: ast.AST) -> Iterator[str]:
    """Tables named in an `insert`, `update` or `delete`, whether or not through a local name."""
    local = {
        target.id: _name(node.value.value) if node.value.attr == "c" else node.value.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in ("insert", "update", "delete"):
            table = node.args[0]
            if isinstance(table, ast.Attribute) and _name(table.value) == "tables":
                yield table.attr
            elif isinstance(table, ast.Name):
                yield local.get(table.id, table.id)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
class TestOnePathWrites:
    def test_no_module_writes_a_table_that_is_not_its_own(self, file):
        name = str(file.relative_to(ROOT))
        tree = ast.parse(file.read_text())
        if "sqlalchemy" in file.read_text():
            assert set(written_tables(tree)) == WRITERS.get(name, set())

    def test_no_module_has_a_way_to_write_that_is_not_its_own(self, file):
        assert ways(str(file.relative_to(ROOT)), file.read_text()) == []


def test_the_state_is_written_by_the_ledger_alone():
    assert [name for name, tables in WRITERS.items() if tables & {"subjects", "events"}] == [
        "workflows/ledger/transaction.py"
    ]


SNEAKY = {
    "the tables of another module": "from workflows.ledger.ledger import tables",
    "the tables through another module": "from workflows.ledger import ledger\nledger.tables.subjects",
    "the tables under another name": "from workflows.database import tables as t",
    "the tables by their own names": "from workflows.database.tables import subjects",
    "the tables whole": "import workflows.database.tables",
    "the tables of the metadata": "metadata.tables['subjects']",
    "a relative import": "from . import tables",
    "a table's own method": "from workflows.database import tables\ntables.subjects.update().values(status='live')",
    "a table's method by a local name": "table = tables.subjects\nother = table\nother.delete()",
    "a table's method taken along": "change = tables.subjects.insert\nchange()",
    "a table's method by a string": "getattr(tables.subjects, 'update')()",
    "SQLAlchemy's function": "from sqlalchemy import update",
    "SQLAlchemy's function from elsewhere": "from sqlalchemy.sql.dml import Delete",
    "SQLAlchemy's function under another name": "from sqlalchemy import update as change",
    "SQLAlchemy's function from one of ours": "from workflows.ledger.transaction import insert",
    "SQLAlchemy whole": "import sqlalchemy as sa\nsa.update(x)",
    "everything of SQLAlchemy": "from sqlalchemy import *",
    "a dialect's function": "from sqlalchemy.dialects.postgresql import insert",
    "text": "from sqlalchemy import text",
    "an engine of its own": "from sqlalchemy.ext.asyncio import create_async_engine",
    "a plain engine of its own": "from sqlalchemy import create_engine",
    "a session": "from sqlalchemy.orm import Session",
    "the writing way": "async def write(store):\n    async with store.write_transaction() as connection: ...",
    "a transaction of its own": "async def write(store):\n    async with store.engine.begin() as connection: ...",
    "a commit": "async def write(connection):\n    await connection.commit()",
    "the driver's own call": "connection.exec_driver_sql(words)",
    "the driver's connection": "connection.get_raw_connection()",
    "SQLite without SQLAlchemy": "import sqlite3",
    "PostgreSQL without SQLAlchemy": "from psycopg import connect",
    "lower case": "words = 'update subjects set status = 1'",
    "a table that isn't named": "words = f'UPDATE {table} SET status = 1'",
    "words put together": "words = 'UPD' + 'ATE subjects SET status = 1'",
    "words with a gap": "words = 'UPDATE %s SET status = 1' % table",
    "a WITH": "words = 'WITH gone AS (DELETE FROM subjects RETURNING id) SELECT id FROM gone'",
    "INSERT OR REPLACE": "words = 'INSERT OR REPLACE INTO subjects VALUES (1)'",
    "REPLACE": "words = 'replace into subjects values (1)'",
    "MERGE": "words = 'MERGE INTO subjects USING x ON true'",
    "TRUNCATE": "words = 'TRUNCATE subjects'",
    "COPY": "words = 'COPY subjects FROM STDIN'",
    "DROP": "words = 'drop trigger events_stay'",
    "ALTER": "words = 'ALTER TABLE events DISABLE TRIGGER ALL'",
    "on several lines": "words = '''\n  -- tidy\n  delete\n  from subjects\n'''",
    "bytes": "words = b'delete from subjects'",
    "an import by name": "import importlib\nimportlib.import_module('workflows.database.tables')",
    "a program in a string": "exec(words)",
}


@pytest.mark.parametrize("source", SNEAKY.values(), ids=SNEAKY.keys())
def test_a_module_that_may_not_write_is_caught_at(source):
    assert ways("workflows/access/decide.py", source)


def test_who_may_write_is_caught_at_what_is_not_theirs():
    for source in ("from sqlalchemy import delete", "from sqlalchemy import text", "connection.commit()"):
        assert ways("workflows/ledger/transaction.py", source)
    assert ways("workflows/ledger/repository.py", "store.write_transaction()")


def test_what_only_reads_or_only_speaks_is_not_caught():
    for source in (
        "from sqlalchemy import select, func",
        "known = {}\nknown.update(other)",
        "words = 'Update the policy and set a limit. Drop in, or copy the events from the log.'",
        "words = 'Give access, delete nothing, merge into it'",
    ):
        assert ways("bot/slack/cards.py", source) == []


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_one_module_reads_the_environment(file):
    """Besides it only what starts servers: the demo, and the sandbox in a process of its own."""
    name = str(file.relative_to(ROOT))
    if name.startswith("bot/demo/") or name in ("bot/settings.py", "bot/demo/slack_sandbox/__main__.py"):
        return
    named = [_name(node) for node in ast.walk(ast.parse(file.read_text()))]
    assert not {"environ", "getenv"} & set(named)
