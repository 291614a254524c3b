"""P2: one path writes. Who may write which table, read off the source; `make check` runs this."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    file for package in ("bot", "workflows", "integrations") for file in (ROOT / package).rglob("*.py")
)

WRITERS = {
    "workflows/page.py": {"events", "texts", "subjects", "once", "effects"},
    "workflows/outbox.py": {"effects"},
    "workflows/audit/sequence.py": {"leaves", "checkpoints"},
    "workflows/audit/finding.py": {"finds", "found", "indexed"},
    "workflows/audit/nodes.py": {"nodes"},
    "integrations/slack/board.py": {"messages"},
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

    def test_no_module_commits_by_itself(self, file):
        calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
        assert not [call for call in calls if _name(call.func) == "commit"]

    def test_no_module_writes_by_sql_text(self, file):
        tree = ast.parse(file.read_text())
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        if "bot/demo" in str(file):
            return
        assert not [
            text
            for text in texts
            if isinstance(text, str) and text.lstrip().startswith(("INSERT INTO", "UPDATE ", "DELETE FROM"))
        ]


def test_the_state_is_written_by_the_ledger_alone():
    assert [name for name, tables in WRITERS.items() if tables & {"subjects", "events"}] == [
        "workflows/page.py"
    ]
