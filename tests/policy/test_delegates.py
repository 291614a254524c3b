"""Delegates and the quorum (P3): a delegate sits where who asked them sits, and everybody still counts once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tests.policy.test_quorum import REQUESTER, terms
from workflows.policy.evaluation.quorum import (
    Delegated,
    Review,
    asked_by,
    enough_people,
    seats,
    short_of_people,
    verdict,
    who_can_decide,
)
from workflows.policy.terms.access import StageTerms, Terms
from workflows.ports import Away, Directory

SINCE, UNTIL = datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 12, 4, 9, tzinfo=UTC)
OWNERS, SECURITY = (
    StageTerms(name="owners", approvers=("one",)),
    StageTerms(name="second", approvers=("two",)),
)
TWO_OWNERS = OWNERS.model_copy(update={"quorum": 2})


def away(delegate: str | None, *groups: str) -> Away:
    return Away("away_1", "B", SINCE, UNTIL, delegate, frozenset(groups or ("one", "two")))


def directory(
    one: str,
    two: str = "",
    helpers: str = "",
    gone: Mapping[str, Away] | None = None,
    **more: Mapping[str, str],
) -> Directory:
    """Who is in the two groups of approvers, and who may decide for them."""
    groups = {"one": frozenset(one), "two": frozenset(two), "helpers": frozenset(helpers)}
    may = {"one": frozenset({"helpers"}), "two": frozenset({"helpers"})}
    return Directory(groups=groups, away=gone or {}, stand_in=may, **more)


def approving(*people: str) -> list[Review]:
    return [(one, "approve", "") for one in people]


def for_(approver: str, *groups: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ((approver, groups or ("one", "two")),)


def satisfied(asked: Terms, known: Directory, reviews: list[Review], delegated: Delegated) -> bool:
    return verdict(asked.stages, known, {REQUESTER}, reviews, (), delegated).satisfied


def test_a_delegate_can_decide_while_whoever_asked_them_is_away() -> None:
    known = directory("B", helpers="D", gone={"B": away("D")})
    assert who_can_decide((OWNERS,), known, {REQUESTER}) == {"owners": frozenset("BD")}
    assert satisfied(terms(OWNERS), known, approving("D"), {"D": for_("B")})
    back = directory("B", helpers="D")
    assert who_can_decide((OWNERS,), back, {REQUESTER}) == {"owners": frozenset("B")}


def test_what_they_decided_counts_on_when_that_one_is_back_and_while_the_policy_lets_them() -> None:
    assert satisfied(terms(OWNERS), directory("B", helpers="D"), approving("D"), {"D": for_("B")})
    no_longer_allowed = directory("B", helpers="")
    assert not satisfied(terms(OWNERS), no_longer_allowed, approving("D"), {"D": for_("B")})
    no_approver_any_more = directory("C", helpers="D")
    assert not satisfied(terms(OWNERS), no_approver_any_more, approving("D"), {"D": for_("B")})


def test_the_requester_is_nobody_s_delegate_and_nobody_decides_for_the_requester() -> None:
    known = directory("AB", helpers=f"{REQUESTER}D", gone={"B": away(REQUESTER), REQUESTER: away("D")})
    assert seats((OWNERS,), known, {REQUESTER}, ()) == {"owners": frozenset("B")}
    assert not satisfied(terms(OWNERS), known, approving("D"), {"D": for_(REQUESTER)})


def test_another_account_of_the_requester_is_no_delegate_either() -> None:
    same = {REQUESTER: "one human", "D": "one human"}
    known = directory("B", helpers="D", gone={"B": away("D")}, identities=same)
    assert seats((OWNERS,), known, {REQUESTER, "D"}, ()) == {"owners": frozenset("B")}


def test_two_approvers_who_ask_one_person_count_once() -> None:
    known = directory("BC", helpers="D", gone={"B": away("D"), "C": away("D")})
    both = {"D": (*for_("B"), *for_("C"))}
    assert not satisfied(terms(TWO_OWNERS), known, approving("D"), both)
    assert satisfied(terms(TWO_OWNERS), known, approving("D", "C"), both)


def test_an_approver_and_their_delegate_count_once() -> None:
    known = directory("B", helpers="D", gone={"B": away("D")})
    assert not satisfied(terms(TWO_OWNERS), known, approving("D", "B"), {"D": for_("B")})
    assert who_can_decide((TWO_OWNERS,), known, {REQUESTER}, approving("B"))["owners"] == frozenset()
    assert not enough_people((TWO_OWNERS,), known, {REQUESTER})


def test_two_delegates_of_one_approver_count_once() -> None:
    known = directory("B", helpers="DE")
    twice = {"D": for_("B"), "E": for_("B")}
    assert not satisfied(terms(TWO_OWNERS), known, approving("D", "E"), twice)


def test_a_delegate_who_is_an_approver_themself_counts_once_and_in_their_own_right() -> None:
    known = directory("BD", helpers="D", gone={"B": away("D")})
    assert asked_by((OWNERS,), known, {REQUESTER}, (), "D") == ()
    assert not satisfied(terms(TWO_OWNERS), known, approving("D"), {})
    assert satisfied(terms(TWO_OWNERS), known, approving("D", "B"), {})


def test_a_delegate_of_a_delegate_decides_nothing() -> None:
    known = directory("B", helpers="DE", gone={"B": away("D"), "D": away("E")})
    assert seats((OWNERS,), known, {REQUESTER}, ()) == {"owners": frozenset("BD")}


def test_a_delegate_moves_to_where_they_are_needed() -> None:
    known = directory("B", two="D", helpers="D", gone={"B": away("D")})
    asked = asked_by((OWNERS, SECURITY), known, {REQUESTER}, (), "D")
    assert asked == (("B", frozenset({"one"})),)
    delegated = {"D": asked}
    assert not satisfied(terms(OWNERS, SECURITY), known, approving("D"), delegated)
    assert satisfied(
        terms(OWNERS, SECURITY), directory("B", two="DE", helpers="D"), approving("D", "E"), delegated
    )


def test_a_delegate_s_denial_denies() -> None:
    known = directory("B", helpers="D")
    denied: list[Review] = [("D", "deny", "")]
    assert verdict((OWNERS,), known, {REQUESTER}, denied, (), {"D": for_("B")}).denied_by == "D"
    assert verdict((OWNERS,), known, {REQUESTER}, denied, (), {}).denied_by is None


def test_only_for_the_groups_that_the_delegation_is_for() -> None:
    known = directory("B", two="B", helpers="D", gone={"B": away("D", "two")})
    assert seats((OWNERS, SECURITY), known, {REQUESTER}, ()) == {
        "owners": frozenset("B"),
        "second": frozenset("BD"),
    }


def test_who_is_away_is_not_missing() -> None:
    known = directory("B", gone={"B": away(None)})
    assert short_of_people((OWNERS,), known, {REQUESTER}, [], ()) == ()


people = st.sampled_from("BCDEF")
groups = st.frozensets(people, max_size=3)
stages = st.sampled_from([(OWNERS,), (TWO_OWNERS,), (OWNERS, SECURITY), (TWO_OWNERS, SECURITY)])


@given(
    stages,
    groups,
    groups,
    groups,
    st.lists(people, unique=True),
    st.dictionaries(
        people, st.lists(st.tuples(people, st.sampled_from([("one",), ("two",), ("one", "two")])), max_size=2)
    ),
)
def test_no_approvals_suffice_that_do_not_stand_for_as_many_different_approvers(
    asked: tuple[StageTerms, ...],
    one: frozenset[str],
    two: frozenset[str],
    helpers: frozenset[str],
    reviewers: list[str],
    delegated: dict[str, list[tuple[str, tuple[str, ...]]]],
) -> None:
    """Counted the long way: each seat has a person and an approver for whom they sit, all of them different."""
    known = directory("".join(one), "".join(two), "".join(helpers))
    if satisfied(terms(*asked), known, approving(*reviewers), delegated):
        sits = [stage for stage in asked for _ in range(stage.quorum)]
        assert any(
            all(
                voice in known.members(stage.approvers[0])
                and (
                    person == voice
                    or any(
                        approver == voice and stage.approvers[0] in by and person in helpers
                        for approver, by in delegated.get(person, ())
                    )
                )
                for person, voice, stage in zip(seated, voices, sits, strict=True)
            )
            for seated in permutations(reviewers, len(sits))
            for voices in permutations(sorted(one | two), len(sits))
        )


@given(
    stages, groups, groups, groups, st.dictionaries(people, people, max_size=2), st.lists(people, unique=True)
)
def test_who_can_decide_brings_it_forward_also_as_a_delegate(
    asked: tuple[StageTerms, ...],
    one: frozenset[str],
    two: frozenset[str],
    helpers: frozenset[str],
    gone: dict[str, str],
    reviewers: list[str],
) -> None:
    asking = {approver: away(delegate) for approver, delegate in gone.items() if approver != delegate}
    known = directory("".join(one), "".join(two), "".join(helpers), asking)
    delegated = {person: asked_by(asked, known, {REQUESTER}, (), person) for person in "BCDEF"}
    reviews = approving(*reviewers)

    def missing(more: list[Review]) -> int:
        return sum(one.missing for one in verdict(asked, known, {REQUESTER}, more, (), delegated).stages)

    able = frozenset[str]().union(*who_can_decide(asked, known, {REQUESTER}, reviews, (), delegated).values())
    for person in "BCDEF":
        forward = missing([*reviews, *approving(person)]) < missing(reviews)
        assert (person in able) == (forward and person not in reviewers)
