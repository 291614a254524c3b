"""Daypass speaks plain English, in its docs and in the product; `make check` runs this."""

import re
from itertools import chain
from pathlib import Path

import pytest

from tests.architecture.prose import ROOT, VOCABULARY, complaints, passages

DOCS = sorted(
    chain(
        ROOT.glob("*.md"),
        (ROOT / "docs").rglob("*.md"),
        (ROOT / ".github").rglob("*.md"),
        (ROOT / "client").glob("*.md"),
        (ROOT / "docs").glob("*.yaml"),
        (ROOT / "docs").glob("*.svg"),
        (file for file in (ROOT / "examples").rglob("*") if file.is_file()),
        (ROOT / name for name in ("Makefile", "Dockerfile", "compose.yaml")),
    )
)
PRODUCT = sorted(
    file
    for package in ("bot", "workflows", "integrations", "migrations", "client/daypass")
    for file in (ROOT / package).rglob("*")
    if file.suffix in (".py", ".html", ".js") and not file.name.endswith(".min.js")
)


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", DOCS, ids=name_of)
def test_docs_are_in_plain_english(file):
    assert complaints(file, name_of(file)) == []


def test_so_is_what_the_product_says():
    assert [line for file in PRODUCT for line in complaints(file, name_of(file))] == []


def test_people_read_check_where_the_policy_says_gate():
    read = [
        file
        for file in PRODUCT
        if file.is_relative_to(ROOT / "bot/slack") or "console" in file.relative_to(ROOT).parts
    ]
    read += [ROOT / "workflows/releases" / name for name in ("narrative.py", "refusals.py")]
    read += [ROOT / name for name in ("README.md", "docs/for-scientists.md", "docs/for-approvers.md")]
    said = [(name_of(file), one.text) for file in read for one in passages(file, name_of(file))]
    assert [one for one in said if re.search(r"(?<![{.])\bgates?\b(?!})", one[1], re.IGNORECASE)] == []


@pytest.mark.parametrize("form", ["a.md", "b.py", "c.html", "d.js"])
@pytest.mark.parametrize("entry", VOCABULARY, ids=lambda one: one.get("example", one["never"]))
def test_a_sentence_of_old_is_found_wherever_it_returns(entry, form, tmp_path):
    said = entry.get("example", entry["never"])
    written = {
        "a.md": f"# Title\n\n{said}",
        "b.py": f"TITLE = 'a'\nSENTENCE = f'''{{TITLE}} {said}'''\n",
        "c.html": f"<p>{said}",
        "d.js": f"const said = `{said}`",
    }[form]
    (tmp_path / form).write_text(written)
    assert any(entry["write"] in one for one in complaints(tmp_path / form, form))
