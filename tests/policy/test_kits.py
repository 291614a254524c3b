"""A bundle says what is requested together; what makes no sense is found with its place and its remedy."""

import pytest

from tests.policy.conftest import Change, Faults
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.catalog import kits_of
from workflows.policy.evaluation.kits import as_entitlement
from workflows.policy.loading.load import load_bundle
from workflows.ports import Directory

FILE = "kits.yaml"
KIT = """\
kits:
  churn:
    title: Look into the churn model
    description: Features, and sample tables to try a query on.
    entitlements: [warehouse, warehouse-sample]
"""
DUTIES = """\
separate_duties:
  - name: change-and-look
    entitlements: [warehouse, warehouse-sample]
    because: Whoever changes data doesn't read it.
"""


def test_a_kit_is_offered_to_whoever_may_request_some_of_it(change: Change, directory: Directory) -> None:
    bundle: Bundle = load_bundle(change(FILE, "", KIT))
    assert [name for name, _ in kits_of(bundle, directory, "UADA")] == ["churn"]
    assert kits_of(bundle, directory, "UBARBARA") == []


def test_two_kits_may_have_the_same_entitlement(change: Change) -> None:
    other = KIT.replace("kits:\n", "").replace("churn:", "samples:")
    assert set(load_bundle(change(FILE, "", KIT + other)).kits) == {"churn", "samples"}


def test_a_kit_asks_for_no_inputs_even_if_its_strictest_entitlement_does(change: Change) -> None:
    """They go to each of its entitlements, and the others refuse them."""
    risk = "    risk: high\n    aliases: [backfill]\n"
    rows = "    inputs:\n      rows: {title: Rows, type: number, most: 1000, default: 10}\n"
    change("resources/feature-warehouse.yaml", risk, rows + risk)
    kit = KIT.replace("warehouse-sample]", "warehouse-write]")
    bundle = load_bundle(change(FILE, "", kit))
    assert bundle.entitlements["warehouse-write"].inputs
    offered = as_entitlement(bundle, "churn", bundle.kits["churn"])
    assert len(offered.rule.stages) == 2
    assert offered.inputs == ()


@pytest.mark.parametrize(
    ("written", "line", "field", "what", "meant"),
    [
        (
            KIT.replace("[warehouse,", "[warehose,"),
            5,
            "kits.churn.entitlements[0]",
            "there is no entitlement “warehose”",
            "did you mean “warehouse”?",
        ),
        (
            KIT.replace("warehouse-sample]", "warehouse]"),
            5,
            "kits.churn.entitlements",
            "“warehouse” is listed twice",
            "list it once",
        ),
        (KIT.replace(", warehouse-sample", ""), 5, "kits.churn.entitlements", "at least 2", ""),
        (
            KIT.replace("churn:", "backfill:"),
            3,
            "kits.backfill",
            "already an alias of “warehouse-write”",
            "choose another name",
        ),
        (
            KIT.replace("churn:", "warehouse:"),
            3,
            "kits.warehouse",
            "already an entitlement",
            "choose another name",
        ),
    ],
)
def test_what_is_wrong_with_it_is_found(
    faults: Faults, written: str, line: int, field: str, what: str, meant: str
) -> None:
    found = [one for one in faults(FILE, "", written) if what in f"{one.what} — {one.meant}"]
    assert [(one.file, one.line, one.field) for one in found] == [(FILE, line, field)]
    assert meant in found[0].meant


def test_what_nobody_may_have_together_is_in_no_kit(change: Change, faults: Faults) -> None:
    change("duties.yaml", "", DUTIES)
    (found,) = faults(FILE, "", KIT)
    assert (found.file, found.line, found.field) == (FILE, 5, "kits.churn.entitlements")
    assert "change-and-look" in found.what
    assert found.meant == "take one of them out of the kit"
