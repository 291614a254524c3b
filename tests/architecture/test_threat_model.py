"""Each line of the threat model is held by a test that exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/threat-model.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)*)`", PAGE)))
ROWS = [
    line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| what ", "| who "))
]


@pytest.mark.parametrize("named", NAMED)
def test_what_it_names_exists(named: str) -> None:
    file, *names = named.split("::")
    found: ast.AST = ast.parse((ROOT / file).read_text())
    for name in names:
        inside = [one for one in ast.iter_child_nodes(found) if getattr(one, "name", None) == name]
        assert inside, f"{file} has no {name}"
        found = inside[0]


def test_each_line_names_one() -> None:
    assert len(ROWS) > 30
    assert [row for row in ROWS if not re.search(r"`tests/[^`]+` ?(\([^)]*\) )?\|$", row)] == []


def test_everybody_whom_the_promises_are_held_against_has_a_part() -> None:
    for who in (
        "Slack admin",
        "bot token",
        "signing secret",
        "database login",
        "host",
        "logins to Vault",
        "Vault operator",
    ):
        assert re.search(rf"^## .*{who}", PAGE, re.MULTILINE), who
