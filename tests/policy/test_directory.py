"""Who is who: what gives somebody something takes an address that is one account's; what keeps them out takes less."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack.people import groups_of, people_of
from tests.policy.conftest import Change
from workflows.policy.accounts import NO_ADDRESSES, Addresses, addresses_of, dispute
from workflows.policy.bundle import Bundle
from workflows.policy.directory import build_directory, unresolved
from workflows.policy.loading.load import load_bundle
from workflows.policy.roles import themselves
from workflows.ports import Directory, Person, Standing
from workflows.text import alike, comparable

HOME = "T0HOME"
GRACE = Person("UGRACE", "Grace Hopper", "grace@northwind.example")
ADA = Person("UADA", "Ada Lovelace", "ada@northwind.example")


def other(
    email: str | None, id: str = "UOTHER", name: str = "Somebody", standing: Standing = "member"
) -> Person:
    return Person(id, name, email, standing)


def record(**said: Any) -> dict[str, Any]:
    """A user object of Slack's that says so besides its id, name and address."""
    return {"id": "U1", "name": "kim", "profile": {"email": "kim@northwind.example"}, **said}


class TestWhatSlackSays:
    @pytest.mark.parametrize(
        ("said", "standing"),
        [
            ({}, "member"),
            ({"deleted": False, "is_bot": False, "is_email_confirmed": True, "team_id": HOME}, "member"),
            ({"is_app_user": True}, "member"),
            ({"is_admin": True}, "member"),
            ({"team_id": None, "enterprise_user": None, "is_stranger": None}, "member"),
            ({"team_id": "T9ELSE", "enterprise_user": {"teams": ["T9ELSE", HOME]}}, "member"),
            ({"deleted": True}, "outside"),
            ({"is_stranger": True}, "outside"),
            ({"is_invited_user": True}, "outside"),
            ({"is_email_confirmed": False}, "outside"),
            ({"team_id": "T9ELSE"}, "outside"),
            ({"team_id": "T9ELSE", "enterprise_user": {"teams": ["T9ELSE"]}}, "outside"),
            ({"is_restricted": True}, "guest"),
            ({"is_restricted": True, "is_ultra_restricted": True}, "guest"),
            ({"is_restricted": True, "deleted": True}, "outside"),
        ],
    )
    def test_of_somebody_says_how_they_belong(self, said: dict[str, Any], standing: str) -> None:
        assert [one.standing for one in people_of([record(**said)], {HOME})] == [standing]

    @pytest.mark.parametrize(
        "said",
        [
            {"is_bot": True},
            {"is_workflow_bot": True},
            {"id": "USLACKBOT"},
            {"profile": {"bot_id": "B1"}},
            {"id": None},
            {"id": ""},
        ],
    )
    def test_of_a_program_makes_nobody(self, said: dict[str, Any]) -> None:
        assert people_of([record(**said)], {HOME}) == []

    def test_may_be_nothing_but_an_id(self) -> None:
        assert people_of([{"id": "U1"}, {"id": "U2", "profile": None}], {HOME}) == [
            Person("U1", "U1"),
            Person("U2", "U2"),
        ]

    def test_of_a_user_group_that_is_disabled_or_elsewhere_makes_none(self) -> None:
        group = {"id": "S1", "handle": "security", "users": ["U1"]}
        assert groups_of([group]) == {"S1": {"U1"}, "security": {"U1"}}
        for gone in ({"date_delete": 1_700_000_000}, {"deleted_by": "U9"}, {"is_external": True}):
            assert groups_of([group | gone]) == {}
        assert groups_of([group | {"users": None}]) == {"S1": frozenset(), "security": frozenset()}

    def test_of_two_user_groups_with_one_handle_gives_it_to_neither(self) -> None:
        groups = [{"id": "S1", "handle": "a", "users": ["U1"]}, {"id": "S2", "handle": "a", "users": ["U2"]}]
        assert groups_of(groups) == {"S1": {"U1"}, "S2": {"U2"}}


class TestAnApproversSeat:
    @pytest.mark.parametrize(
        "email",
        [
            "Grace@northwind.example",
            "GRACE@NORTHWIND.EXAMPLE",
            "grace@northwind.example",
        ],
    )
    def test_is_nobodys_when_two_have_its_address(self, bundle: Bundle, email: str) -> None:
        for people in ([GRACE, other(email)], [other(email), GRACE], [GRACE, other(email, standing="guest")]):
            assert build_directory(bundle, people, {}).members("data-owners") == frozenset()
            assert any("UGRACE and UOTHER" in one for one in unresolved(bundle, people, {}))

    @pytest.mark.parametrize(
        "email",
        [
            "gra\u017fe@northwind.example",
            "gr\u0430ce@northwind.example",
            "\uff47race@northwind.example",
            "grace+x@northwind.example",
            "grace@northwind.example.",
            " grace@northwind.example",
            "grace@northwind.example ",
            "grace@northwind.example\u200b",
            "grace@northwind.example@x.example",
            "",
            None,
        ],
    )
    def test_is_graces_whatever_looks_like_her_address(self, bundle: Bundle, email: str | None) -> None:
        for people in ([GRACE, other(email)], [other(email), GRACE]):
            assert build_directory(bundle, people, {}).members("data-owners") == {"UGRACE"}
        assert build_directory(bundle, [other(email)], {}).members("data-owners") == frozenset()

    def test_is_not_taken_by_letters_that_fold_to_its_address(self, bundle: Bundle) -> None:
        people = [other("ed\u017fger@northwind.example")]
        assert build_directory(bundle, people, {}).members("data-owners") == frozenset()

    def test_is_not_disturbed_by_who_is_no_member(self, bundle: Bundle) -> None:
        people = [GRACE, other("GRACE@northwind.example", standing="outside")]
        assert build_directory(bundle, people, {}).members("data-owners") == {"UGRACE"}
        assert build_directory(bundle, people[1:], {}).members("data-owners") == frozenset()
        assert "UOTHER" not in build_directory(bundle, people, {}).people

    def test_is_a_guests_only_by_their_id(self, change: Change) -> None:
        guest = Person("U0GUEST", "Grace", "grace@northwind.example", "guest")
        copy = change("groups.yaml", "- edsger@northwind.example", "- edsger@northwind.example")
        assert build_directory(load_bundle(copy), [guest], {}).members("data-owners") == frozenset()
        named = load_bundle(change("groups.yaml", "- grace@northwind.example", "- U0GUEST"))
        assert build_directory(named, [guest], {}).members("data-owners") == {"U0GUEST"}

    def test_by_a_user_group_is_only_an_active_members(self, change: Change) -> None:
        copy = change(
            "groups.yaml",
            "members:\n      - radia@northwind.example",
            "slack_usergroup: '@security'",
        )
        people = [GRACE, other(None, "UGUEST", standing="guest"), other(None, "UGONE", standing="outside")]
        found = build_directory(
            load_bundle(copy), people, {"security": ["UGRACE", "UGUEST", "UGONE", "UBOT"]}
        )
        assert found.members("security") == {"UGRACE"}


class TestAnAddressThatPassesToSomebodyElse:
    @staticmethod
    def day(*mornings: Sequence[Person]) -> Addresses:
        known = NO_ADDRESSES
        for people in mornings:
            known = addresses_of(people, known)
        return known

    def test_is_nobodys_while_who_had_it_is_still_here(self) -> None:
        without = Person("UGRACE", "Grace Hopper", "hopper@northwind.example")
        took = other("grace@northwind.example")
        for between in ([], [[without]], [[without], [without]]):
            found = self.day([GRACE], *between, [without, took])
            assert found.disputed == {"grace@northwind.example": ("UGRACE", "UOTHER")}
            assert "grace@northwind.example" not in found.owners
            assert found.owners["hopper@northwind.example"] == "UGRACE"

    def test_is_theirs_once_that_one_has_left_or_has_it_back(self) -> None:
        took = other("grace@northwind.example")
        assert self.day([GRACE], [took]).owners == {"grace@northwind.example": "UOTHER"}
        assert self.day([GRACE], [took, other(None, "UGRACE", standing="outside")]).disputed == {}
        back = self.day([GRACE], [GRACE, took], [GRACE, other(None)])
        assert (back.disputed, dispute(back)) == ({}, None)


class TestOnePerson:
    """Accounts that may be one person's count as one, so that none of them decides for the other."""

    @pytest.mark.parametrize(
        "email",
        [
            "Ada@Northwind.example",
            "ada+second@northwind.example",
            " ada@northwind.example",
            "ada@northwind.example.",
            "\uff41da@northwind.example",
        ],
    )
    @pytest.mark.parametrize("standing", ["member", "guest"])
    def test_has_all_accounts_whose_addresses_may_be_one(
        self, bundle: Bundle, email: str, standing: Standing
    ) -> None:
        found = build_directory(bundle, [ADA, other(email, standing=standing)], {})
        assert found.may_be("UOTHER") == found.may_be("UADA") == {"UADA", "UOTHER"}
        assert found.identity("UOTHER") == found.identity("UADA")
        assert found.known_as(email) == found.known_as("ada") == {"UADA", "UOTHER"}

    def test_needs_no_word_of_it_in_people_yaml(self, bundle: Bundle) -> None:
        found = build_directory(bundle, [GRACE, other("GRACE+2@northwind.example")], {})
        assert found.may_be("UOTHER") == {"UGRACE", "UOTHER"}

    def test_is_given_nothing_by_an_address_that_is_only_alike(self, bundle: Bundle) -> None:
        barbara = Person("UBARBARA", "Barbara", "barbara@northwind.example")
        for email in (
            "BARBARA@northwind.example",
            "barbara+2@northwind.example",
            "barbara@northwind.example.",
        ):
            found = build_directory(bundle, [barbara, ADA, other(email)], {})
            assert found.accounts_of("UOTHER") == {"UOTHER"}
            assert found.groups_of("UOTHER") == frozenset()
            assert themselves("UOTHER", found) == {"UOTHER"}

    def test_that_people_yaml_names_by_an_address_of_two_is_surely_neither(self, bundle: Bundle) -> None:
        found = build_directory(bundle, [ADA, other("ADA@northwind.example")], {})
        assert found.accounts_of("UADA") == {"UADA"}
        assert found.may_be("UADA") == {"UADA", "UOTHER"}
        assert found.known_as("alovelace") == {"UADA", "UOTHER"}

    def test_stays_one_when_an_account_has_left(self, bundle: Bundle) -> None:
        found = build_directory(bundle, [ADA, other("ADA@northwind.example", standing="outside")], {})
        assert "UADA" in found.may_be("UOTHER")

    def test_is_two_where_people_yaml_says_so(self, change: Change) -> None:
        copy = change(
            "people.yaml",
            "",
            (
                "people:\n"
                "  ada:\n    accounts: [ada@northwind.example]\n"
                "  bot-keeper:\n    accounts: [ada+jobs@northwind.example]\n"
            ),
        )
        found = build_directory(load_bundle(copy), [ADA, other("ada+jobs@northwind.example")], {})
        assert found.may_be("UADA") == {"UADA"}

    def test_is_not_whoever_has_no_address(self, bundle: Bundle) -> None:
        found = build_directory(bundle, [other(None, "U1"), other(None, "U2"), other("", "U3")], {})
        assert [found.may_be(one) for one in ("U1", "U2", "U3")] == [{"U1"}, {"U2"}, {"U3"}]


class TestAName:
    def test_that_looks_like_anothers_is_told_apart_by_the_id(self, bundle: Bundle) -> None:
        for name in ("Grace Hopper", "grace  hopper", "Grace\u200b Hopper", "\uff27race Hopper"):
            found = build_directory(bundle, [GRACE, ADA, other(None, name=name)], {})
            assert found.name_of("UOTHER") == f"{name} (UOTHER)"
            assert found.name_of("UGRACE") == "Grace Hopper (UGRACE)"
            assert found.name_of("UADA") == "Ada Lovelace"

    def test_that_two_may_have_is_both_of_theirs_and_signs_in_nobody(self, bundle: Bundle) -> None:
        found = build_directory(bundle, [GRACE, other("Grace@northwind.example")], {})
        assert found.known_as("grace@northwind.example") == {"UGRACE", "UOTHER"}
        assert found.account_with("grace@northwind.example") is None


ADDRESSES = st.sampled_from(
    [
        f"{local}@{host}"
        for local in (
            "ada",
            "Ada",
            "ad\u0430",
            "grace",
            "Grace",
            "gra\u017fe",
            "grace+1",
            "edsger",
            "ed\u017fger",
            "radia ",
        )
        for host in ("northwind.example", "Northwind.Example")
    ]
    + [None, "", "grace@northwind.example."]
)
PEOPLE = st.lists(
    st.builds(
        Person,
        st.sampled_from([f"U{n}" for n in range(9)]),
        st.just("x"),
        ADDRESSES,
        st.sampled_from(["member", "guest", "outside"]),
    ),
    max_size=9,
    unique_by=lambda one: one.id,
)


@given(people=PEOPLE, order=st.randoms(use_true_random=False))
def test_it_never_matters_in_which_order_slack_lists_people(
    bundle: Bundle, people: list[Person], order: Any
) -> None:
    shuffled = list(people)
    order.shuffle(shuffled)
    one, same = build_directory(bundle, people, {}), build_directory(bundle, shuffled, {})
    assert (one.groups, one.identities, one.addresses) == (same.groups, same.identities, same.addresses)


@given(people=PEOPLE)
def test_a_seat_is_only_ever_a_members_with_that_address_which_no_one_else_here_has(
    bundle: Bundle, people: list[Person]
) -> None:
    found: Directory = build_directory(bundle, people, {})
    by_id: Mapping[str, Person] = {one.id: one for one in people}
    for group in bundle.groups:
        wanted = {comparable(member) for member in bundle.groups[group].members}
        for id in found.members(group):
            address = by_id[id].email or ""
            assert by_id[id].standing == "member"
            assert re.fullmatch(r"[a-z]+@northwind\.example", address, re.IGNORECASE | re.ASCII)
            assert address.lower() in wanted
            here = [one for one in people if one.standing != "outside"]
            assert [one.id for one in here if (one.email or "").lower() == address.lower()] == [id]


@given(people=PEOPLE)
def test_whose_addresses_are_alike_never_decide_for_each_other(bundle: Bundle, people: list[Person]) -> None:
    found = build_directory(bundle, people, {})
    for one in people:
        for two in people:
            if alike(one.email) and alike(one.email) == alike(two.email):
                assert found.identity(one.id) == found.identity(two.id)
                assert two.standing == "outside" or two.id in found.may_be(one.id)
