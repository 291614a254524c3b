"""A condition can look at what the requester is on call for; while nobody can tell, it is never a yes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import MONDAY
from tests.policy.conftest import Change, Faults
from workflows.policy.bundle import Bundle
from workflows.policy.directory import after_hand_over, without
from workflows.policy.evaluation.assess import Ask, Assessment, assess
from workflows.policy.evaluation.bundle_tests import run_bundle_tests
from workflows.policy.loading.load import load_bundle
from workflows.policy.on_call import Shift
from workflows.policy.on_call.seen import OnCallSeen, seen_on_call
from workflows.ports import Directory

WAREHOUSE = "resources/feature-warehouse.yaml"
RULE = "      shortest: 10s # so short for the demo's tour only\n"
STAGES = "          notify: both # the channel, the approvers themselves (people), or both\n"
WHY = "Looking into the drift of the ranking features"
NAMED = "name: on-call, because: People on call only."
ON_CALL = '"ranking" in requester_on_call'
TEST = "tests:\n  - name: on call\n    entitlement: warehouse\n    duration: 1h\n"
BY_ADA = Ask("UADA", "warehouse", 3_600, WHY)
AWAY = Shift((), unknown="PagerDuty can't be reached.")
Ruled = Callable[[str], Bundle]


@pytest.fixture
def when(change: Change) -> Ruled:
    """The example, whose warehouse has this condition."""

    def ruled(condition: str) -> Bundle:
        return load_bundle(with_condition(change, condition))

    return ruled


@pytest.fixture
def stage_when(change: Change) -> Ruled:
    """The example, whose warehouse has a second stage when this holds."""

    def ruled(condition: str) -> Bundle:
        stage = f"        - {{name: second, approvers: [security], when: '{condition}'}}\n"
        return load_bundle(change(WAREHOUSE, STAGES, f"{STAGES}{stage}"))

    return ruled


def with_condition(change: Change, condition: str) -> Path:
    return change(WAREHOUSE, RULE, f"{RULE}      when:\n        - {{{NAMED}, {condition}}}\n")


def on_call(bundle: Bundle, directory: Directory, *shifts: tuple[str, Shift]) -> Directory:
    return after_hand_over(bundle, directory, dict(shifts))


def asked(bundle: Bundle, directory: Directory, ask: Ask = BY_ADA) -> Assessment:
    return assess(bundle, directory, ask, MONDAY)


ADA_IS = ("ranking", Shift(("ada@northwind.example",)))
GRACE_IS = ("ranking", Shift(("grace@northwind.example",)))
UNKNOWN = ("ranking", AWAY)


class TestACondition:
    def test_lets_those_who_are_on_call(self, when: Ruled, directory: Directory) -> None:
        bundle = when(f"allow: '{ON_CALL}'")
        assert asked(bundle, on_call(bundle, directory, ADA_IS)).allowed
        refused = asked(bundle, on_call(bundle, directory, GRACE_IS))
        assert [one.sentence for one in refused.problems] == ["People on call only."]

    @pytest.mark.parametrize(
        "condition",
        [
            f"allow: '{ON_CALL}'",
            f"deny: '{ON_CALL}'",
            f"allow: '!({ON_CALL})'",
            f"allow: '{ON_CALL} || risk != \"none\"'",
            "allow: 'requester_on_call.size() == 0'",
            "deny: 'requester_on_call.exists(one, one == \"ranking\")'",
        ],
    )
    def test_that_nobody_can_tell_refuses_and_says_so(
        self, when: Ruled, directory: Directory, condition: str
    ) -> None:
        bundle = when(condition)
        refused = asked(bundle, on_call(bundle, directory, UNKNOWN))
        assert [one.code for one in refused.problems] == ["condition-error"]
        assert "who is on call by ranking can't be told right now" in refused.problems[0].sentence

    def test_is_untouched_by_a_schedule_that_it_doesn_t_name(self, when: Ruled, directory: Directory) -> None:
        bundle = when(f"allow: '{ON_CALL}'")
        assert asked(bundle, on_call(bundle, directory, ADA_IS, ("platform", AWAY))).allowed

    def test_records_what_it_saw(self, when: Ruled, directory: Directory) -> None:
        bundle = when(f"allow: '{ON_CALL}'")
        seen = asked(bundle, on_call(bundle, directory, ADA_IS, ("platform", AWAY)))
        assert seen.facts()["on_call"] == {"schedules": ["ranking"], "unknown": ["platform"]}

    def test_goes_by_what_was_recorded_if_it_is_given(self, when: Ruled, directory: Directory) -> None:
        bundle = when(f"allow: '{ON_CALL}'")
        ask = Ask("UADA", "warehouse", 3_600, WHY, on_call=OnCallSeen(schedules=("ranking",)))
        assert asked(bundle, on_call(bundle, directory, GRACE_IS), ask).allowed


class TestAStage:
    def test_is_needed_by_those_who_aren_t_on_call(self, stage_when: Ruled, directory: Directory) -> None:
        bundle = stage_when(f"!({ON_CALL})")
        assert stages(bundle, on_call(bundle, directory, ADA_IS)) == 1
        assert stages(bundle, on_call(bundle, directory, GRACE_IS)) == 2

    @pytest.mark.parametrize("condition", [ON_CALL, f"!({ON_CALL})"])
    def test_that_nobody_can_tell_is_needed(
        self, stage_when: Ruled, directory: Directory, condition: str
    ) -> None:
        bundle = stage_when(condition)
        assert stages(bundle, on_call(bundle, directory, UNKNOWN)) == 2


def stages(bundle: Bundle, directory: Directory) -> int:
    terms = asked(bundle, directory).terms
    assert terms is not None
    return len(terms.stages)


class TestABundle:
    def test_that_names_an_unknown_schedule_is_a_fault(self, faults: Faults) -> None:
        condition = "allow: '\"rankin\" in requester_on_call'"
        (fault,) = faults(WAREHOUSE, RULE, f"{RULE}      when:\n        - {{{NAMED}, {condition}}}\n")
        assert fault.what == "there is no on-call schedule “rankin”"
        assert "ranking" in fault.meant

    @pytest.mark.parametrize(("said", "passes"), [("on_call: [ranking]", True), ("on_call: []", False)])
    def test_says_in_its_tests_who_is_on_call(self, change: Change, said: str, passes: bool) -> None:
        change("on-call.yaml", "margaret@northwind.example", "radia@northwind.example")
        with_condition(change, f"allow: '{ON_CALL}'")
        test = f"{TEST}    groups: [scientists]\n    {said}\n    expect: {{outcome: allowed}}\n"
        bundle = load_bundle(change("tests/on-call.yaml", "", test))
        (result,) = [one for one in run_bundle_tests(bundle) if one.name == "on call"]
        assert result.passed == passes

    def test_has_in_its_tests_who_is_on_call_by_a_rota_then(self, change: Change) -> None:
        change("on-call.yaml", "margaret@northwind.example", "ada@northwind.example")
        with_condition(change, f"allow: '{ON_CALL}'")
        for now, outcome in (("2026-03-02T10:00:00Z", "allowed"), ("2026-03-01T10:00:00Z", "refused")):
            test = f"{TEST}    requester: ada@northwind.example\n    now: {now}\n    expect: {{outcome: {outcome}}}\n"
            bundle = load_bundle(change("tests/on-call.yaml", "", test))
            assert all(one.passed for one in run_bundle_tests(bundle) if one.name == "on call")


def test_a_directory_without_somebody_has_them_on_call_nowhere(bundle: Bundle, directory: Directory) -> None:
    known = on_call(bundle, directory, ADA_IS)
    assert seen_on_call(known, "UADA").schedules == ("ranking",)
    assert seen_on_call(without(known, {"UADA"}), "UADA").schedules == ()
