"""What a template and its rule can't be, in a sentence each; a bundle's own takes a shipped one's place."""

import shutil

import pytest

from tests.builders import EXAMPLE
from workflows.policy.bundle import Bundle
from workflows.policy.loading.load import load_bundle
from workflows.policy.loading.templates import shipped_templates
from workflows.policy.problems import BundleErrors

OWN = """template: monitoring-plan
title: Watching
description: What is watched.
sections:
  - title: Metrics
    fields:
      thresholds: {title: Thresholds, type: thresholds}
      level: {title: Level, type: choice, options: [low, high]}
"""
GATE = "gates:\n  - name: plan\n    kind: document\n    template: monitoring-plan\n"


def loaded(tmp_path, **files: str) -> Bundle:
    """The example with these files, by their names without folder and ending."""
    target = tmp_path / "bundle"
    shutil.copytree(EXAMPLE, target, ignore=shutil.ignore_patterns("tests", "playbooks"))
    (target / "templates").mkdir()
    for name, text in files.items():
        place = {"documents": "documents.yaml", "own": "templates/own.yaml"}[name]
        (target / place).write_text(text)
    return load_bundle(target)


def test_an_own_template_takes_a_shipped_ones_place(tmp_path, bundle):
    found = loaded(tmp_path, own=OWN)
    assert found.templates["monitoring-plan"].title == "Watching"
    assert found.templates.keys() == shipped_templates().keys()
    assert bundle.templates == shipped_templates()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"own": OWN.replace("title: Level,", "title: Metrics,")}, "the title “metrics” is there twice"),
        ({"own": OWN.replace("options: [low, high]", "most: 3")}, "doesn't accept “most”"),
        ({"own": OWN.replace(", options: [low, high]", "")}, "needs “options”"),
        ({"own": OWN.replace("type: choice", "type: poem")}, "type"),
        ({"documents": "documents:\n  monitoring-plan:\n    approvers: [nobody]\n"}, "no group “nobody”"),
        (
            {"documents": "documents:\n  monitoring-plans:\n    quorum: 2\n"},
            "did you mean “monitoring-plan”?",
        ),
    ],
)
def test_what_is_wrong_says_what_to_do(tmp_path, files, says):
    with pytest.raises(BundleErrors, match=says.replace("?", r"\?")):
        loaded(tmp_path, **files)


def test_a_gate_names_a_template_that_there_is(changed):
    assert changed(("gates:\n", GATE)).bundle.services["ranking-model"].gates[0].template == "monitoring-plan"
    with pytest.raises(BundleErrors, match="no template “monitoring-plans”"):
        changed(("gates:\n", GATE.replace("-plan", "-plans")))
