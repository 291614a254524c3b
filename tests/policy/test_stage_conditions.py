"""A stage with a condition is needed by the requests for which it's true, and whenever in doubt."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.policy.test_assess import MONDAY, ask
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.assess import Assessment, assess, explained
from workflows.policy.evaluation.bundle_tests import run_bundle_tests
from workflows.policy.loading.load import load_bundle
from workflows.policy.problems import Problem
from workflows.ports import Directory

Change = Callable[[str, str, str], Path]
Faults = Callable[[str, str, str], list[Problem]]

RULES = "resources/feature-warehouse.yaml"
OWNERS = "          notify: both # the channel, the approvers themselves (people), or both\n"
SECOND = f"{OWNERS}        - name: second-look\n          approvers: [security]\n          when: {{}}\n"
RELEASE_STAGE = "      quorum: 1\n      escalate:\n"
AUTOMATIC = "decision: automatic"
BURST = "'\"burst\" in signals'"


def second_look(change: Change, when: str) -> Bundle:
    return load_bundle(change(RULES, OWNERS, SECOND.format(when)))


def seen(bundle: Bundle, directory: Directory, *signals: str, seconds: int = 3_600) -> Assessment:
    return assess(bundle, directory, replace(ask(seconds=seconds), signals=signals), MONDAY)


def stages(assessment: Assessment) -> list[str]:
    assert assessment.terms is not None
    assert assessment.problems == ()
    return [stage.name for stage in assessment.terms.stages]


def test_a_signal_asks_for_one_more_stage(change: Change, directory: Directory) -> None:
    bundle = second_look(change, BURST)
    assert stages(seen(bundle, directory)) == ["data-owners"]
    assert stages(seen(bundle, directory, "first-time")) == ["data-owners"]
    assert stages(seen(bundle, directory, "first-time", "burst")) == ["data-owners", "second-look"]
    facts = seen(bundle, directory, "burst").facts()
    (outcome,) = facts["stage_conditions"]
    assert (outcome["name"], outcome["result"]) == ("second-look", "true")
    assert facts["signals"] == ["burst"]


def test_any_condition_can_ask_for_a_stage(change: Change, directory: Directory) -> None:
    bundle = second_look(change, "duration_minutes > 60")
    assert stages(seen(bundle, directory)) == ["data-owners"]
    assert stages(seen(bundle, directory, seconds=7_200)) == ["data-owners", "second-look"]


def test_a_condition_that_fails_asks_for_its_stage(change: Change, directory: Directory) -> None:
    bundle = second_look(change, "'signals[0] == \"burst\"'")
    assert stages(seen(bundle, directory)) == ["data-owners", "second-look"]
    assert stages(seen(bundle, directory, "first-time")) == ["data-owners"]


def test_the_requester_is_told_beforehand_that_there_may_be_more(
    change: Change, directory: Directory
) -> None:
    bundle = second_look(change, BURST)
    told = explained(bundle, directory, seen(bundle, directory)).explanation
    assert "Some requests also need the stage second-look." in told
    told = explained(bundle, directory, seen(bundle, directory, "burst")).explanation
    assert not any(sentence.startswith("Some requests") for sentence in told)


def test_automatic_with_stages_for_what_is_unusual_alone(change: Change, directory: Directory) -> None:
    """What was approved automatically needs an approval when something is unusual."""
    staged = f"{AUTOMATIC}\n      stages:\n        - name: second-look\n          approvers: [security]\n          when: {BURST}"
    bundle = load_bundle(change(RULES, AUTOMATIC, staged))
    for signals, needed in (((), []), (("burst",), ["second-look"])):
        found = assess(bundle, directory, replace(ask("warehouse-sample", 600), signals=signals), MONDAY)
        assert stages(found) == needed
        assert found.terms is not None
        assert found.terms.automatic is not bool(needed)


@pytest.mark.parametrize(
    ("when", "what", "meant"),
    [
        ("'\"brust\" in signals'", "“brust” isn't a signal", "did you mean “burst”?"),
        ("'\"burst\" in signal'", "“signal” isn't defined", "did you mean “signals”?"),
        ("'\"burst\"'", "the expression gives string, not true or false", "add a comparison"),
        ("'1 in signals'", "found no matching overload", "both sides must have the same type"),
    ],
)
def test_a_condition_that_can_not_be_is_refused_with_its_place(
    faults: Faults, when: str, what: str, meant: str
) -> None:
    (problem,) = faults(RULES, OWNERS, SECOND.format(when))
    assert problem.field.endswith("when")
    assert problem.what.startswith(what)
    assert problem.meant.startswith(meant)


def test_a_name_in_a_text_or_a_comment_is_no_signal(change: Change, directory: Directory) -> None:
    block = '|\n            // "anything" in signals\n            \'a "b" in signals\' != justification && "burst" in signals'
    assert stages(seen(second_look(change, block), directory, "burst")) == ["data-owners", "second-look"]


def test_not_every_stage_can_have_a_condition(faults: Faults) -> None:
    (problem, *_) = faults(RULES, OWNERS, f"{OWNERS}          when: {BURST}\n")
    assert problem.what == "every stage has a condition, so some requests would need no approval"


def test_a_lower_level_can_not_say_when_a_stage_of_an_upper_one_is_needed(
    change: Change, faults: Faults
) -> None:
    upper = "longest: 8h\n      stages:\n        - name: data-owners\n          approvers: [data-owners]\n"
    change("environments.yaml", "longest: 8h\n", upper)
    problems = faults(RULES, OWNERS, f"{OWNERS}          when: {BURST}\n")
    assert any("already says when the stage “data-owners” is needed" in one.what for one in problems)


def test_a_release_needs_all_its_stages(change: Change, faults: Faults) -> None:
    (problem,) = faults("services/ranking-model.yaml", RELEASE_STAGE, f"      when: {BURST}\n{RELEASE_STAGE}")
    assert problem.what == "every release needs each of its stages"


def test_the_bundles_own_tests_can_have_signals(change: Change, faults: Faults) -> None:
    change(RULES, OWNERS, SECOND.format(BURST))
    case = (
        "tests:\n  - name: a burst needs a second look\n    groups: [scientists]\n    entitlement: warehouse\n"
        "    duration: 1h\n    signals: [{}]\n    expect:\n      outcome: allowed\n"
        "      stages: [data-owners, second-look]\n"
    )
    bundle = load_bundle(change("tests/warehouse.yaml", "", case.format("burst")))
    (result,) = run_bundle_tests(bundle)
    assert result.passed, result.differences
    (problem,) = faults("tests/warehouse.yaml", "burst]", "brust]")
    assert problem.what == "there is no signal “brust”"
