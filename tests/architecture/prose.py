"""Finds sentences that Daypass doesn't write: `proselint`'s own checks for docs, and our vocabulary for everything.

Docs are read without their code. Of a product file every string that is a sentence is read, as are the docstrings
that people see as help or as the API's description.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import yaml
from proselint.checks import __register__ as EVERY_CHECK
from proselint.registry.checks import Check, Padding
from proselint.registry.checks.engine import Fancy
from proselint.registry.checks.types import PreferredForms

ROOT = Path(__file__).parents[2]
VOCABULARY: list[dict[str, str]] = yaml.safe_load(Path(__file__).with_name("vocabulary.yaml").read_text())
OURS = Check(
    check_type=PreferredForms({one["never"]: one["write"] for one in VOCABULARY}, Padding.RAW),
    engine=Fancy(),
    path="daypass.vocabulary",
    message="“{1}”: write “{0}”",
)
_NOT_FOR_DOCS = ("typography", "lexical_illusions", "misc.capitalization", "restricted")
"""They stumble over code that was taken out, or allow a thousand words and no others."""
THEIRS = tuple(one for one in EVERY_CHECK if not one.path.startswith(_NOT_FOR_DOCS))
_SHOWN_DOCSTRINGS = ("bot/cli/commands.py", "bot/web/api/", "client/daypass/cli/")
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`|\]\([^)\s]+\)|<https?:[^>]+>", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Passage:
    line: int
    text: str


def complaints(file: Path, name: str) -> list[str]:
    """Give what is wrong in a file as `name:line: “what it says”: write “…”`."""
    checks = (OURS, *THEIRS) if file.suffix == ".md" else (OURS,)
    return [
        f"{name}:{passage.line + passage.text[: found.span[0]].count(chr(10))}: {found.message}"
        for passage in passages(file, name)
        for check in checks
        for found in check.check_with_flags(re.sub(r"[ \n]", _same_length, passage.text))
    ]


def _same_length(_: re.Match[str]) -> str:
    return " "


def passages(file: Path, name: str) -> Iterator[Passage]:
    """Give what people read in it."""
    text = file.read_text()
    match file.suffix:
        case ".py":
            yield from _of_python(ast.parse(text), name.startswith(_SHOWN_DOCSTRINGS))
        case ".html" | ".svg":
            yield Passage(
                1,
                unescape(
                    re.sub(r"<style.*?</style>|<[^>]*>|\{[%{#].*?[%}#]\}", _blank, text, flags=re.DOTALL)
                ),
            )
        case ".js":
            for found in re.finditer(r"`(?:[^`\\]|\\.)*`|\"(?:[^\"\\\n]|\\.)*\"", text):
                yield Passage(1 + text.count("\n", 0, found.start()), found[0][1:-1])
        case ".md":
            yield Passage(1, _CODE.sub(_blank, text))
        case _:
            yield Passage(1, re.sub(r"\n *(#|--)", "\n", text))


def _blank(found: re.Match[str]) -> str:
    """What is taken out leaves its line breaks, so that lines keep their numbers."""
    return "…" + "\n" * found[0].count("\n")


def _of_python(tree: ast.Module, docstrings: bool) -> Iterator[Passage]:
    left_out = set() if docstrings else {id(node) for node in _docstrings(tree)}
    left_out |= {
        id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in left_out:
            text = _text(node)
            if " " in text.strip():
                yield Passage(node.lineno, text)


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.JoinedStr):
        pieces = (one.value if isinstance(one, ast.Constant) else "…" for one in node.values)
        return "".join(map(str, pieces))
    return node.value if isinstance(node.value, str) else ""


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    """Also strings by themselves, which describe the constant before them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
