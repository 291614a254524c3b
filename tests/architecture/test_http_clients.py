"""Which HTTP stacks the product uses, and where: one of our own, and two that libraries bring (docs/decisions/0013)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STACKS = ("aiohttp", "httpx2", "httpcore2", "urllib3", "requests", "urllib.request", "http.client")
PRODUCT = [
    file
    for package in ("bot", "workflows", "integrations", "client/daypass")
    for file in sorted((ROOT / package).rglob("*.py"))
    if "demo" not in file.relative_to(ROOT).parts
]
HOMES = {
    "aiohttp": {"integrations/slack/", "bot/slack/answers.py"},
    "httpx2": {"integrations/", "client/daypass/"},
    "httpcore2": {"integrations/http_client.py"},
    "urllib3": {"integrations/vault/"},
}
"""Where each may stand; one that isn't here, nowhere."""


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_is_used_in_its_own_place_alone(stack: str) -> None:
    using = {
        str(file.relative_to(ROOT))
        for file in PRODUCT
        if any(name == stack or name.startswith(f"{stack}.") for name in imported(file))
    }
    homes = tuple(HOMES.get(stack, ()))
    assert {name for name in using if not name.startswith(homes)} == set()
    assert bool(using) == bool(homes), f"{stack} is used nowhere any more: take it out of HOMES"
