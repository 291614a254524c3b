"""A document is read from YAML or Markdown, and what is written as Markdown reads back the same."""

from datetime import date

import pytest

from tests.documents.story import PLAN, SERVICE
from workflows.policy.loading.templates import shipped_templates
from workflows.system.documents.files import FileFault, read_file, write_markdown
from workflows.system.documents.values import read_values

TEMPLATES = shipped_templates()
TEMPLATE = TEMPLATES["monitoring-plan"]
ABOUT = {"template": "monitoring-plan", "service": SERVICE, "due": "2027-03-31"}
AWKWARD = {
    **PLAN,
    "drift": "# Drift\n\n## Metrics\ntext\n\\### Schedule\n<!-- not a hint -->\n# Another heading\n---\n<b>&amp;</b>",
    "response": "- one\n- two\n\n    code: *x*",
}


@pytest.mark.parametrize(
    "values",
    [
        PLAN,
        AWKWARD,
        {},
        {"owner": "#1 team"},
        {"owner": "<!-- nobody -->"},
        {"owner": "<!-- a --> b <!-- c -->"},
    ],
)
def test_what_is_written_reads_back_the_same(values):
    text = write_markdown(TEMPLATE, ABOUT, values)
    read = read_file(text, "markdown", TEMPLATES)
    assert (read.template, read.service, read.due) == ("monitoring-plan", SERVICE, date(2027, 3, 31))
    assert dict(read.values) == values


def test_yaml_takes_a_list_for_several_lines():
    text = f"template: monitoring-plan\nservice: {SERVICE}\nversion: 7\nfields:\n  thresholds:\n    - a >= 1\n    - b <= 2\n"
    read = read_file(text, "yaml", TEMPLATES)
    assert (read.version, dict(read.values)) == ("7", {"thresholds": "a >= 1\nb <= 2"})


@pytest.mark.parametrize(
    ("text", "form", "says"),
    [
        ("service: x\n", "yaml", "which template"),
        ("template: x\n", "yaml", "which service"),
        ("template: x\nservice: y\ncolour: red\n", "yaml", "colour"),
        ("template: x\nservice: y\ndue: soon\n", "yaml", "isn't a day"),
        ("template: x\nservice: y\nfields: {a: {b: c}}\n", "yaml", "has to be text"),
        ("a: !!python/object:os.system x\n", "yaml", "tag"),
        ("[a, b]\n", "yaml", "template and service"),
        ("x: [\n", "yaml", "YAML"),
        ("# Monitoring plan\n", "markdown", "between two lines"),
        ("---\ntemplate: nothing\nservice: x\n---\n", "markdown", "no template"),
        ("---\ntemplate: monitoring-plan\nservice: x\n---\nhello\n", "markdown", "below a field"),
        (
            "---\ntemplate: monitoring-plan\nservice: x\n---\n# Drift\na\n# drift\nb\n",
            "markdown",
            "twice",
        ),
        ("a\0b", "yaml", "aren't text"),
    ],
)
def test_what_is_no_document_says_why(text, form, says):
    with pytest.raises(FileFault, match=says):
        read_file(text, form, TEMPLATES)


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("ndcg>=0.75\n\n latency_ms <= 2e2 ", "ndcg >= 0.75\nlatency_ms <= 2E+2"),
        ("ndcg >= 0.75\nndcg <= 0.99", "ndcg >= 0.75\nndcg <= 0.99"),
        ("ndcg >= 0.75\nndcg >= 0.8", None),
        ("ndcg > 0.75", None),
        ("ndcg >= NaN", None),
        ("ndcg >= 1e999", None),
    ],
)
def test_thresholds_are_numbers_with_one_bound_each(typed, recorded):
    read = read_values(TEMPLATE, {"thresholds": typed})
    assert read.values.get("thresholds") == recorded
    assert ("thresholds" in read.problems) == (recorded is None)
