"""What a service may say of exceptions, and what `daypass check` says when it is wrong."""

import pytest

from tests.builders import changed_bundle
from tests.releases.test_gate_kinds import KEY
from workflows.policy.problems import BundleErrors
from workflows.policy.terms.exceptions import STAGE

FILE = "services/ranking-model.yaml"
GATES = "  gates: [no-freeze, no-incident]"


def test_the_example_has_them_with_a_stage_of_their_own(world):
    terms = world.bundle.services["ranking-model"]
    assert terms.exceptions is not None
    assert terms.exceptions.stage.approvers == ("incident-command",)
    assert terms.exceptions.stage.channel == terms.stages[0].channel
    assert (terms.exceptions.gates, terms.exceptions.longest) == (("no-freeze", "no-incident"), 12 * 3600)
    assert STAGE not in [one.name for one in terms.stages], "only a release with an exception needs it"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (GATES, "  gates: [artifact]", "nobody can be excepted from a gate of kind “artifact”"),
        (GATES, "  gates: [authors]", "there is no gate “authors”"),
        (GATES, "  gates: [no-frieze]", "did you mean “no-freeze”?"),
        ("  granted_by: [incident-command]", "  granted_by: [nobody]", "there is no group “nobody”"),
        ("  granted_by: [incident-command]", "  granted_by: [ranking-on-call]", "only people on call"),
        ("    reviewers: [security]", "    reviewers: [secrecy]", "there is no group “secrecy”"),
        ("  channel: releases\n  longest", "  channel: relases\n  longest", "no channel “relases”"),
        ("    - name: data-owners", "    - name: exception", "the name of the stage that exceptions add"),
        ("  longest: 12h", "  longest: never", "longest"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, old, new, said):
    with pytest.raises(BundleErrors) as found:
        changed_bundle(tmp_path / "bundle", (FILE, old, new))
    assert said in str(found.value)
    assert FILE in str(found.value)


def test_a_signature_can_t_be_excepted(tmp_path):
    gate = f"  - {{name: signed, kind: signature, signature: model.sig, keys: [{{key: {KEY}}}]}}\n  - name: trained"
    with pytest.raises(BundleErrors) as found:
        changed_bundle(
            tmp_path / "bundle", (FILE, "  - name: trained", gate), (FILE, GATES, "  gates: [signed]")
        )
    (problem,) = found.value.problems
    assert problem.what == "nobody can be excepted from a gate of kind “signature”"
