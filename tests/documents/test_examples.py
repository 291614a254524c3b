"""Every template that comes with Daypass is filled in once, for the demo's model, and the files are what the docs say."""

from pathlib import Path

import pytest

from workflows.policy.loading.templates import shipped_templates
from workflows.system.documents.files import read_file
from workflows.system.documents.state import write_content
from workflows.system.documents.values import MAX_CONTENT_CHARS, read_values

ROOT = Path(__file__).parents[2]
FILES = {one.stem: one for one in (ROOT / "examples" / "documents").iterdir()}
TEMPLATES = shipped_templates()


def test_each_template_has_its_file_and_its_row():
    assert FILES.keys() == TEMPLATES.keys()
    page = (ROOT / "docs" / "documents.md").read_text()
    assert all(f"| `{name}` |" in page for name in TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_its_file_is_complete(name):
    form = "markdown" if FILES[name].suffix == ".md" else "yaml"
    file = read_file(FILES[name].read_text(), form, TEMPLATES)
    assert (file.template, file.service) == (name, "ranking-model")
    assert bool(file.version) == (TEMPLATES[name].about == "version")
    reading = read_values(TEMPLATES[name], file.values)
    assert (dict(reading.problems), reading.missing) == ({}, ())
    assert len(write_content(reading.values)) <= MAX_CONTENT_CHARS
