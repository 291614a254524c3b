"""P3 and quorums: stages are ANDed, one person counts once, nobody decides on their own request."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from workflows.policy.evaluation.quorum import Review, enough_people, verdict, who_can_decide
from workflows.policy.terms.access import StageTerms, Terms, VaultTerms, stricter
from workflows.policy.terms.tickets import TicketTerms
from workflows.ports import Directory

PEOPLE = ["A", "B", "C", "D", "E", "F"]
GROUPS = ["one", "two", "three"]
REQUESTER = "A"


def terms(*stages: StageTerms, automatic: bool = False) -> Terms:
    return Terms(
        entitlement="warehouse",
        title="Warehouse",
        resource="warehouse",
        resource_title="Warehouse",
        environment="production",
        risk="low",
        vault=VaultTerms(secrets_engine="database", path="database/creds/x", policy="grant-x", parameters={}),
        connect="",
        longest=3_600,
        shortest=10,
        default=60,
        justification_min=10,
        justification_max=100,
        ticket=TicketTerms(),
        automatic=automatic,
        stages=stages,
        lapse=3_600,
        ahead=604_800,
        warn=60,
        credentials=None,
        rule="rule",
        digest="digest",
    )


directories = st.fixed_dictionaries({name: st.frozensets(st.sampled_from(PEOPLE)) for name in GROUPS}).map(
    lambda groups: Directory(groups=groups)
)
stage_lists = st.lists(
    st.tuples(st.lists(st.sampled_from(GROUPS), min_size=1, unique=True), st.integers(1, 3)),
    min_size=1,
    max_size=3,
).map(
    lambda drawn: terms(
        *(
            StageTerms(name=f"stage-{n}", approvers=tuple(groups), quorum=quorum)
            for n, (groups, quorum) in enumerate(drawn)
        )
    )
)
approvals = st.lists(st.sampled_from(PEOPLE), unique=True).map(
    lambda people: [(person, "approve", "stage-0") for person in people]
)


def suffices(asked: Terms, directory: Directory, people: list[str]) -> bool:
    """By brute force: every way of giving each person one of the stages they belong to, or none."""
    choices = [
        [None]
        + [
            stage.name
            for stage in asked.stages
            if person != REQUESTER and any(person in directory.members(group) for group in stage.approvers)
        ]
        for person in people
    ]
    return any(
        all(given_to.count(stage.name) >= stage.quorum for stage in asked.stages)
        for given_to in product(*choices)
    )


@given(stage_lists, directories, approvals)
def test_exactly_the_sets_of_people_that_suffice_are_accepted(
    asked: Terms, directory: Directory, reviews: list[Review]
) -> None:
    progress = verdict(asked.stages, directory, {REQUESTER}, reviews)
    assert progress.satisfied == suffices(asked, directory, [person for person, _, _ in reviews])
    counted = [person for stage in progress.stages for person in stage.counted]
    assert len(counted) == len(set(counted))
    assert REQUESTER not in counted


@given(stage_lists, directories, approvals)
def test_who_can_decide_are_those_who_bring_it_forward(
    asked: Terms, directory: Directory, reviews: list[Review]
) -> None:
    able = frozenset[str]().union(*who_can_decide(asked.stages, directory, {REQUESTER}, reviews).values())
    missing = sum(stage.missing for stage in verdict(asked.stages, directory, {REQUESTER}, reviews).stages)
    for person in PEOPLE:
        more: list[Review] = [*reviews, (person, "approve", "")]
        after = sum(stage.missing for stage in verdict(asked.stages, directory, {REQUESTER}, more).stages)
        reviewed = person in {name for name, _, _ in reviews}
        assert (person in able) == (after < missing and not reviewed)


@given(stage_lists, directories)
def test_a_request_can_be_approved_at_all_exactly_if_everybody_together_could(
    asked: Terms, directory: Directory
) -> None:
    assert enough_people(asked.stages, directory, {REQUESTER}) == suffices(asked, directory, PEOPLE)


@given(stage_lists, directories, approvals)
def test_one_denial_by_an_approver_denies(asked: Terms, directory: Directory, reviews: list[Review]) -> None:
    for person in PEOPLE:
        is_approver = person != REQUESTER and any(
            person in directory.members(group) for stage in asked.stages for group in stage.approvers
        )
        progress = verdict(asked.stages, directory, {REQUESTER}, [*reviews, (person, "deny", "stage-0")])
        assert progress.denied_by == (person if is_approver else None)
        assert not (is_approver and progress.satisfied)


def test_a_person_in_two_groups_moves_to_where_they_are_needed() -> None:
    asked = terms(
        StageTerms(name="owners", approvers=("one",)), StageTerms(name="security", approvers=("two",))
    )
    directory = Directory(groups={"one": frozenset("BC"), "two": frozenset("B")})
    first: list[Review] = [("B", "approve", "owners")]
    assert verdict(asked.stages, directory, {REQUESTER}, first).open[0].name == "security"
    assert who_can_decide(asked.stages, directory, {REQUESTER}, first)["owners"] == {"C"}
    assert verdict(asked.stages, directory, {REQUESTER}, [*first, ("C", "approve", "owners")]).satisfied


def test_escalation_lets_others_decide_once_it_has_begun() -> None:
    stage = StageTerms(name="owners", approvers=("one",), escalate_after=60, escalate_to=("two",))
    directory = Directory(groups={"one": frozenset("B"), "two": frozenset("C")})
    review: list[Review] = [("C", "approve", "owners")]
    assert not verdict(terms(stage).stages, directory, {REQUESTER}, review).satisfied
    assert verdict(terms(stage).stages, directory, {REQUESTER}, review, escalated={"owners"}).satisfied


def test_automatic_terms_wait_for_nobody() -> None:
    assert verdict(terms(automatic=True).stages, Directory(), {REQUESTER}, []).satisfied


@given(stage_lists, stage_lists, directories, approvals)
def test_what_satisfies_the_stricter_terms_satisfies_both(
    old: Terms, new: Terms, directory: Directory, reviews: list[Review]
) -> None:
    both = stricter(old, new)
    if verdict(both.stages, directory, {REQUESTER}, reviews).satisfied:
        assert verdict(old.stages, directory, {REQUESTER}, reviews).satisfied
        assert verdict(new.stages, directory, {REQUESTER}, reviews).satisfied


def test_stricter_takes_the_tighter_of_every_limit() -> None:
    stage = StageTerms(name="owners", approvers=("one", "two"), quorum=1)
    old = terms(automatic=True).model_copy(update={"longest": 100, "credentials": 5})
    new = terms(stage).model_copy(
        update={
            "shortest": 20,
            "justification_min": 50,
            "lapse": 60,
            "digest": "new",
            "ticket": TicketTerms(required=True, patterns=("A-[0-9]+",)),
        }
    )
    both = stricter(old, new)
    assert (both.longest, both.shortest, both.justification_min) == (100, 20, 50)
    assert (both.lapse, both.credentials, both.digest) == (60, 5, "new")
    assert (both.automatic, both.stages, both.ticket) == (False, (stage,), new.ticket)


def test_terms_survive_json() -> None:
    asked = terms(StageTerms(name="owners", approvers=("one",), escalate_after=60, escalate_to=("two",)))
    assert Terms.model_validate(asked.model_dump(mode="json")) == asked
    assert Terms.model_validate_json(asked.model_dump_json()) == asked
