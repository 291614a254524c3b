"""Sentences for people stand in one place: the `texts.py` beside the code that shows them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SENTENCE = re.compile(r"[a-z’']+ [a-z’']+ [a-z’']+", re.IGNORECASE)
"""Three words in a row. Labels of buttons and fields are shorter, and stand beside what they label."""
HOMES = (
    "bot/slack",
    "bot/slack/absences",
    "bot/slack/documents",
    "bot/slack/access",
    "bot/slack/access/break_glass",
    "bot/slack/incidents",
    "bot/slack/releases",
    "bot/slack/reminders",
    "bot/slack/stops",
    "bot/slack/access_reviews",
    "bot/web/console",
)
UNREAD = ("log.", "ValueError", "LookupError")
FILES = sorted(file for home in HOMES for file in (ROOT / home).glob("*.py") if file.name != "texts.py")


def unread(tree: ast.Module) -> Iterator[ast.AST]:
    """What no person reads: docstrings, what goes into Daypass's log, and faults of whoever calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(UNREAD):
            yield from ast.walk(node)


def sentences(source: str) -> Iterator[str]:
    """Each literal that reads as a sentence, with its line."""
    tree = ast.parse(source)
    passed = {*unread(tree)}
    for node in ast.walk(tree):
        fixed = isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in passed
        if fixed and SENTENCE.search(node.value):
            yield f"line {node.lineno}: {node.value}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_sentences_stand_in_the_texts_of_their_room(file: Path) -> None:
    assert list(sentences(file.read_text())) == []


def test_a_sentence_is_found_in_any_kind_of_literal() -> None:
    assert list(sentences('notice("You can\'t do that.")\n')) == ["line 1: You can't do that."]
    assert list(sentences('notice(f"{who} has to decide it")\n')) == ["line 1:  has to decide it"]
    assert list(sentences('"""What it says."""\nlog.warning("nothing reached %s here", who)\n')) == []
