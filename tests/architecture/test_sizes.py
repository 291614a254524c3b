"""Files and functions stay short enough to read in one go, and a room has few entrances."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(file for package in ("bot", "workflows") for file in (ROOT / package).rglob("*.py"))
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60
MAX_ROOMS = 16
TOO_LONG = {
    "bot/demo/slack_sandbox/page_api.py:router",
    "bot/demo/stage.py:_start",
}
"""What is still longer than that. The list only shrinks: what has become short has to leave it."""


def long_parts(file: Path) -> Iterator[str]:
    """The file if it is too long, and `file:function` for each of its functions that is."""
    name, text = str(file.relative_to(ROOT)), file.read_text()
    if len(text.splitlines()) > MAX_FILE_LINES:
        yield name
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno
            if node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES:
                yield f"{name}:{node.name}"


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_file_and_no_function_is_too_long(file: Path) -> None:
    assert set(long_parts(file)) - TOO_LONG == set()


def test_what_has_become_short_left_the_list() -> None:
    assert {part for file in SOURCES for part in long_parts(file)} >= TOO_LONG


def test_nothing_of_the_domain_is_on_the_list() -> None:
    assert not [part for part in TOO_LONG if part.startswith("workflows/")]


def test_the_domain_has_few_rooms() -> None:
    here = (ROOT / "workflows").iterdir()
    rooms = {
        one.name for one in here if (one.suffix == ".py" or any(one.rglob("*.py"))) and one.name[:2] != "__"
    }
    assert len(rooms) <= MAX_ROOMS, sorted(rooms)
