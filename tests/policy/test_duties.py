"""A bundle says what nobody may have together; what makes no sense is found with its place and its remedy."""

import pytest

from tests.policy.conftest import Change, Faults
from workflows.policy.evaluation.bundle_tests import run_bundle_tests
from workflows.policy.evaluation.separation import separated_from
from workflows.policy.loading.load import load_bundle

FILE = "duties.yaml"
RULE = """\
separate_duties:
  - name: change-and-look
    entitlements: [warehouse-write, warehouse-pii]
    because: Whoever changes data doesn't read who it is about.
"""
TEST = """\
tests:
  - name: Whoever reads personal data can't write
    groups: [scientists]
    holds: [warehouse-pii]
    entitlement: warehouse-write
    duration: 1h
    ticket: DATA-42
    expect: {outcome: refused, code: separate-duties}
  - name: Whoever reads samples can
    groups: [scientists]
    holds: [warehouse-sample]
    entitlement: warehouse-write
    duration: 1h
    ticket: DATA-42
    expect: {outcome: allowed}
"""
AGAIN = "  - name: {name}\n    entitlements: [{entitlements}]\n    because: Twice.\n"


def test_each_of_a_set_is_separated_from_all_others(change: Change) -> None:
    three = RULE.replace("warehouse-pii]", "warehouse-pii, warehouse-sample]")
    bundle = load_bundle(change(FILE, "", three))
    assert set(separated_from(bundle, "warehouse-pii")) == {"warehouse-write", "warehouse-sample"}
    assert separated_from(bundle, "warehouse") == {}


@pytest.mark.parametrize(
    ("written", "line", "field", "what", "meant"),
    [
        (
            RULE.replace("warehouse-pii", "warehose-pii"),
            3,
            "separate_duties[0].entitlements[1]",
            "there is no entitlement “warehose-pii”",
            "did you mean “warehouse-pii”?",
        ),
        (
            RULE.replace("warehouse-pii", "warehouse-write"),
            3,
            "separate_duties[0].entitlements",
            "“warehouse-write” is listed twice",
            "list it once",
        ),
        (
            RULE.replace(", warehouse-pii", ""),
            3,
            "separate_duties[0].entitlements",
            "at least 2",
            "",
        ),
        (
            RULE + AGAIN.format(name="others", entitlements="warehouse-pii, warehouse-write"),
            6,
            "separate_duties[1].entitlements",
            "already separated by “change-and-look”",
            "separate each pair once",
        ),
        (
            RULE + AGAIN.format(name="change-and-look", entitlements="warehouse, warehouse-write"),
            5,
            "separate_duties[1].name",
            "“change-and-look” is already used at duties.yaml:2",
            "choose another name",
        ),
        (RULE.replace("because:", "why:"), 4, "separate_duties[0].why", "there is no field", ""),
    ],
)
def test_what_is_wrong_with_it_is_found(
    faults: Faults, written: str, line: int, field: str, what: str, meant: str
) -> None:
    found = [one for one in faults(FILE, "", written) if what in f"{one.what} — {one.meant}"]
    assert [(one.file, one.line, one.field) for one in found] == [(FILE, line, field)]
    assert meant in found[0].meant


def test_the_bundle_s_own_tests_say_what_somebody_has_already(change: Change) -> None:
    change(FILE, "", RULE)
    bundle = load_bundle(change("tests/duties.yaml", "", TEST))
    mine = [one for one in run_bundle_tests(bundle) if one.source.startswith("tests/duties.yaml")]
    assert [one.differences for one in mine] == [(), ()]
