"""What goes together in a service: a source, how it goes live, its gates, and whose names are asked for."""

import pytest

from tests.builders import changed_bundle
from workflows.policy.bundle import Bundle
from workflows.policy.problems import BundleErrors
from workflows.policy.schema.source_fit import FITS
from workflows.policy.terms.releases import EvidenceSource, TargetTerms

PROMPT = """
service: greeting
title: Greeting
environment: production
source: mlflow-prompts
model: greeting
goes_live:
  alias: production
rollback: The alias goes back.
rule:
  eligible: [scientists]
  stages:
    - name: data-owners
      approvers: [data-owners]
      quorum: 1
      notify: channel
      channel: releases
gates:
  - name: text
    kind: artifact
    files: [prompt.txt]
  - name: polite
    kind: judge
    judge: polite
    judge_version: 2
    observed_in: support
    at_least: 0.8
    rows: 20
"""
JUDGE = PROMPT.replace("mlflow-prompts", "mlflow-judges").replace("model: greeting", "model: support/polite")


def loaded(folder, text: str) -> Bundle:
    return changed_bundle(folder / "bundle", files={"services/greeting.yaml": text})


def test_every_source_says_what_fits():
    assert set(FITS) == set(EvidenceSource.__args__)


def test_a_prompt_goes_live_by_an_alias_when_its_registrant_is_known(tmp_path):
    terms = loaded(tmp_path, PROMPT).services["greeting"]
    assert terms.target == TargetTerms(kind="alias", alias="production")
    assert terms.authors.sources == ("requester", "registrant")
    assert (terms.gates[1].judge, terms.gates[1].judge_version, terms.gates[1].rows) == ("polite", 2, 20)


def test_a_judge_has_no_authors_in_mlflow_and_an_alias_of_daypass_s_own(tmp_path):
    terms = loaded(tmp_path, JUDGE).services["greeting"]
    assert terms.target == TargetTerms(kind="judge-alias", alias="production")
    assert terms.authors.sources == ("requester",)


@pytest.mark.parametrize(
    ("text", "old", "new", "what"),
    [
        (PROMPT, "kind: artifact\n    files: [prompt.txt]", "kind: run", "can't be evaluated for a prompt"),
        (PROMPT, "rule:\n", "authors:\n  sources: [run]\nrule:\n", "knows no run of a prompt"),
        (JUDGE, "rule:\n", "authors:\n  sources: [registrant]\nrule:\n", "no registrant of a judge"),
        (JUDGE, "model: support/polite", "model: polite", "its experiment and its name"),
        (PROMPT, "    judge_version: 2\n", "", "needs “judge_version”"),
        (PROMPT, "    at_least: 0.8\n", "", "no threshold"),
        (PROMPT, "    judge_version: 2", "    judge_version: 0", "greater than or equal to 1"),
        (
            PROMPT,
            "kind: artifact\n    files: [prompt.txt]",
            "kind: metric\n    metric: kindness\n    at_least: 0.5",
            "so it has no metrics of its own",
        ),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, text, old, new, what):
    assert old in text
    with pytest.raises(BundleErrors, match=what):
        loaded(tmp_path, text.replace(old, new))
