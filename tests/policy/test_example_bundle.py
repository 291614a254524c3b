"""The bundle people copy loads, and passes its own tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workflows.policy.bundle import Bundle
from workflows.policy.directory import build_directory, unresolved
from workflows.policy.evaluation.bundle_tests import run_bundle_tests
from workflows.policy.fields import HIGH_RISKS
from workflows.policy.loading.load import load_bundle
from workflows.ports import Person

Change = Callable[[str, str, str], Path]


def test_its_own_tests_pass(bundle: Bundle) -> None:
    results = run_bundle_tests(bundle)
    assert len(results) >= 10
    assert [result for result in results if not result.passed] == []


def test_a_rule_that_changes_fails_the_bundles_own_tests(change: Change) -> None:
    changed = load_bundle(change("environments.yaml", "longest: 8h", "longest: 10h"))
    (failed,) = [result for result in run_bundle_tests(changed) if not result.passed]
    assert failed.name == "nobody has the warehouse for longer than a working day"
    assert failed.differences[0] == "expected it to be refused, but it was allowed"
    assert failed.source.startswith("tests/warehouse.yaml:")


def test_wrong_stages_and_approvers_are_told_apart(change: Change) -> None:
    change("tests/warehouse.yaml", "stages: [data-owners]", "stages: [security]")
    changed = load_bundle(change("tests/warehouse.yaml", "edsger@", "radia@"))
    (failed,) = [result for result in run_bundle_tests(changed) if not result.passed]
    assert len(failed.differences) == 2


def test_the_digest_covers_names_and_bytes(bundle: Bundle, change: Change) -> None:
    copy = change("daypass.yaml", "Northwind", "Northwind")
    assert load_bundle(copy).digest == bundle.digest
    (copy / "resources" / "feature-warehouse.yaml").rename(copy / "resources" / "other.yaml")
    renamed = load_bundle(copy).digest
    assert renamed != bundle.digest
    (copy / "groups.yaml").write_text((copy / "groups.yaml").read_text() + "\n")
    assert load_bundle(copy).digest not in {renamed, bundle.digest}


def test_values_from_outside_stand_in_connect_and_nowhere_else(change: Change) -> None:
    copy = change("resources/feature-warehouse.yaml", "left out.", "left ${out}. ")
    loaded = load_bundle(copy, values={"WAREHOUSE_HOST": "10.0.0.1"})
    warehouse = loaded.entitlements["warehouse"]
    assert "host=10.0.0.1 port=5432 dbname=features user=<username>" in warehouse.connect.text
    assert "${out}" in warehouse.description


def test_a_doubled_dollar_stays_for_the_shell(change: Change) -> None:
    copy = change("resources/feature-warehouse.yaml", "${WAREHOUSE_HOST}", "$${HOST}")
    assert "host=${HOST} port" in load_bundle(copy).entitlements["warehouse"].connect.text


def test_members_are_found_by_address_or_id_and_slack_user_groups_by_handle_or_id(change: Change) -> None:
    change("groups.yaml", "- ada@northwind.example", "- Ada@Northwind.example\n      - U0GRACE")
    copy = change("groups.yaml", "members:\n      - radia@northwind.example", "slack_usergroup: '@security'")
    loaded = load_bundle(copy)
    people = [
        Person("U0ADA", "Ada", "ADA@northwind.example"),
        Person("U0GRACE", "Grace"),
        Person("U0RADIA", "Radia"),
    ]
    found = build_directory(loaded, people, {"security": ["U0RADIA", "U0LEFT"]})
    assert found.members("scientists") == {"U0ADA", "U0GRACE"}
    assert found.members("security") == {"U0RADIA"}
    assert found.members("data-owners") == frozenset()
    lost = unresolved(loaded, people, {})
    assert any("edsger@northwind.example" in sentence for sentence in lost)
    assert any("@security" in sentence for sentence in lost)


@pytest.mark.parametrize("name", ["warehouse", "warehouse-write", "warehouse-pii", "warehouse-sample"])
def test_what_the_demo_builds_on_is_there(bundle: Bundle, name: str) -> None:
    entitlement = bundle.entitlements[name]
    prefix = "grant-high-" if entitlement.risk in HIGH_RISKS else "grant-"
    assert entitlement.vault.policy.startswith(f"{prefix}warehouse-")
    assert entitlement.vault.path.startswith("database/creds/warehouse-")
    assert entitlement.source.startswith("resources/feature-warehouse.yaml:")
