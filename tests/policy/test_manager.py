"""The requester's manager as an approver: who that is, what a stage needs besides, and how it is told."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import MONDAY, changed_bundle, world_of
from tests.people import ADA, EDSGER, GRACE, MARGARET, RADIA, person, with_two_accounts
from workflows.policy.accounts import addresses_of
from workflows.policy.evaluation.assess import Ask, assess, explained
from workflows.policy.evaluation.manager import manager_of, with_manager
from workflows.policy.evaluation.quorum import seats
from workflows.policy.fields import MANAGER
from workflows.policy.problems import BundleErrors
from workflows.policy.provisioned import User, managers_of, provisioned
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory
from workflows.workflow import World


def managed(world: World, **managers: str) -> Directory:
    return replace(world.directory, managers=managers)


def test_the_manager_decides_for_those_they_manage_and_for_nobody_else(world: World) -> None:
    stage = StageTerms(name="manager", approvers=(MANAGER,))
    directory = managed(world, UADA=MARGARET)
    assert seats((stage,), with_manager(directory, ADA), {ADA}, ())["manager"] == {MARGARET}
    assert seats((stage,), with_manager(directory, RADIA), {RADIA}, ())["manager"] == frozenset()


def test_nobody_is_their_own_manager_under_any_account(world: World) -> None:
    assert manager_of(managed(world, UADA=ADA), ADA) is None
    two = with_two_accounts(world, ADA, GRACE)
    assert manager_of(managed(two, UADA=GRACE), ADA) is None


def test_a_manager_who_has_left_is_nobody(world: World) -> None:
    assert manager_of(managed(world, UADA="UGONE"), ADA) is None


def test_who_manages_whom_is_found_by_addresses_that_one_active_user_has() -> None:
    people = {one.id: one for one in map(person, (ADA, GRACE, EDSGER))}
    users = [
        User("1", "ada@northwind.example", True, "2"),
        User("2", "grace@northwind.example", True, "2"),
        User("3", "edsger@northwind.example", True, "1"),
        User("4", "edsger@northwind.example", True, "2"),
        User("5", "gone@northwind.example", False, "2"),
    ]
    facts = provisioned(users, {}, ())
    assert managers_of(facts, people, addresses_of(people.values()).owners) == {ADA: GRACE}


WAREHOUSE = "resources/feature-warehouse.yaml"


@pytest.fixture
def ask() -> Ask:
    return Ask(ADA, "warehouse-write", 3600, "the import was cut short", "DATA-42")


def with_stage(tmp_path: Any, approvers: str) -> World:
    """The example, whose writers need a stage of their own."""
    stages = "such as DATA-42.\n      stages:\n"
    lead = f"        - name: lead\n          approvers: {approvers}\n"
    return world_of(changed_bundle(tmp_path / "bundle", (WAREHOUSE, stages, stages + lead)))


class TestABundle:
    def test_that_leaves_a_stage_to_the_manager_alone_doesn_t_load(self, tmp_path: Any) -> None:
        with pytest.raises(BundleErrors, match="only the requester's manager could approve"):
            with_stage(tmp_path, f"[{MANAGER}]")

    def test_can_t_call_a_group_so(self, tmp_path: Any) -> None:
        group = f"groups:\n  {MANAGER}:\n    members: [ada@northwind.example]\n"
        with pytest.raises(BundleErrors, match="stands for the requester's manager"):
            changed_bundle(tmp_path / "bundle", ("groups.yaml", "groups:\n", group))

    def test_names_the_manager_beside_others(self, tmp_path: Any, ask: Ask) -> None:
        world = with_stage(tmp_path, f"[{MANAGER}, security]")
        directory = managed(world, UADA=MARGARET)
        seen = assess(world.bundle, directory, ask, MONDAY)
        assert dict(seen.approvers)["lead"] == (MARGARET, RADIA)
        told = " ".join(explained(world.bundle, directory, seen).explanation)
        assert "from Ada's manager or security: Margaret or Radia" in told
        without = assess(world.bundle, world.directory, ask, MONDAY)
        assert dict(without.approvers)["lead"] == (RADIA,)
        assert "doesn't say who manages Ada" in " ".join(
            explained(world.bundle, world.directory, without).explanation
        )
