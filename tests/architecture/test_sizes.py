"""Files and functions stay short enough to read in one go, and a room has few entrances."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    file for package in ("bot", "workflows", "client/daypass") for file in (ROOT / package).rglob("*.py")
)
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60
MAX_ROOMS = 16


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
    assert list(long_parts(file)) == []


def test_the_domain_has_few_rooms() -> None:
    here = (ROOT / "workflows").iterdir()
    rooms = {
        one.name for one in here if (one.suffix == ".py" or any(one.rglob("*.py"))) and one.name[:2] != "__"
    }
    assert len(rooms) <= MAX_ROOMS, sorted(rooms)
