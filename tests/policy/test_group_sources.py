"""What every source of a group's members promises, wherever it has them from. A new source needs a case here."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.builders import MONDAY
from workflows.policy.accounts import addresses_of
from workflows.policy.groups import GROUP_SOURCES, Known, source_of
from workflows.policy.on_call import Shift
from workflows.policy.provisioned import NOTHING_PROVISIONED, Provisioned
from workflows.policy.schema.rules import GROUP_SOURCES as FIELDS
from workflows.policy.schema.rules import Group
from workflows.ports import Person

GRACE = Person("UGRACE", "Grace", "grace@northwind.example")
GUEST = Person("UGUEST", "Guest", "guest@agency.example", "guest")
LEFT = Person("ULEFT", "Left", "left@northwind.example", "outside")
BY_ADDRESS = (
    "grace@northwind.example",
    "guest@agency.example",
    "left@northwind.example",
    "nobody@northwind.example",
)


@dataclass(frozen=True)
class Case:
    """A group as a bundle writes it, and where its source has Grace, a guest and somebody who left.

    `told` is what is said of a group of which nobody is here.
    """

    written: dict[str, Any]
    told: str
    usergroups: dict[str, list[str]]
    shifts: dict[str, Shift]
    pushed: Provisioned = NOTHING_PROVISIONED


CASES = {
    "members": Case({"members": BY_ADDRESS}, "can't request or approve", {}, {}),
    "slack_usergroup": Case(
        {"slack_usergroup": "@owners"}, "don't count", {"owners": ["UGRACE", "UGUEST", "ULEFT"]}, {}
    ),
    "on_call": Case({"on_call": "ranking"}, "is on call", {}, {"ranking": Shift(BY_ADDRESS)}),
    "scim": Case(
        {"scim": "Data Owners"},
        "can't request or approve",
        {},
        {},
        Provisioned({"data owners": frozenset(BY_ADDRESS)}),
    ),
}
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def known(case: Case, *people: Person) -> Known:
    here = {one.id: one for one in people if one.standing != "outside"}
    return Known(here, addresses_of(people), case.usergroups, case.shifts, case.pushed)


def group(case: Case) -> Group:
    return Group.model_validate(case.written)


def test_every_field_of_a_group_has_a_source_and_a_case() -> None:
    assert set(FIELDS) == set(GROUP_SOURCES) == set(CASES)
    assert all(source_of(group(case)).field == name for name, case in CASES.items())


@EVERY
def test_only_people_who_work_here_are_in_a_group(case: Case) -> None:
    found = source_of(group(case)).members(group(case), known(case, GRACE, GUEST, LEFT))
    assert found == {"UGRACE"}


@EVERY
def test_who_is_left_out_is_told(case: Case) -> None:
    sentences = source_of(group(case)).left_out("data-owners", group(case), known(case, GUEST, LEFT))
    assert any(case.told in one and "data-owners" in one for one in sentences)


@EVERY
def test_a_source_that_says_nothing_makes_an_empty_group(case: Case) -> None:
    silent = Known({"UGRACE": GRACE})
    assert source_of(group(case)).members(group(case), silent) == frozenset()
    assert source_of(group(case)).left_out("data-owners", group(case), silent)


@EVERY
def test_the_bundles_own_tests_have_somebody_in_it(case: Case) -> None:
    assert source_of(group(case)).stand_ins(group(case), case.shifts)


def test_whose_turn_it_is_holds_until_just_before_the_next() -> None:
    shift = Shift(("a@b.example",), MONDAY, MONDAY.replace(hour=12))
    assert shift.holds_at(MONDAY)
    assert not shift.holds_at(MONDAY.replace(hour=12))
