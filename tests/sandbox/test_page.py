"""docs/slack-sandbox.md says what the sandbox holds, and names tests that there are."""

import ast
from pathlib import Path

import pytest

from tests.sandbox.behaviours import BEHAVIOURS, Behaviour
from tests.sandbox.page import PAGE, written

ROOT = Path(__file__).parents[2]


def test_it_is_up_to_date() -> None:
    assert PAGE.read_text() == written(), "update it: python -m tests.sandbox.page"


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.what)
def test_each_behaviour_is_tried_by_a_test_that_exists(behaviour: Behaviour) -> None:
    file, *names = behaviour.test.split("::")
    found: ast.AST = ast.parse((ROOT / file).read_text())
    for name in names:
        found = next(one for one in ast.iter_child_nodes(found) if getattr(one, "name", None) == name)


def test_each_follows_a_page_of_slacks() -> None:
    slacks = ("https://docs.slack.dev/", "https://api.slack.com/")
    seen = ("https://github.com/slack-go/slack/issues/",)  # by others, where Slack's pages say nothing
    assert all(behaviour.page.startswith((*slacks, *seen)) for behaviour in BEHAVIOURS)
