"""Evaluating a request: total, explained, and never more generous than the rule."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.assess import Ask, assess, explained
from workflows.policy.evaluation.explain import AUTOMATIC
from workflows.policy.loading.load import load_bundle
from workflows.ports import Directory, Person

Change = Callable[[str, str, str], Path]

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
SUNDAY = datetime(2026, 3, 1, 10, tzinfo=UTC)
WHY = "Looking for the drift in last week's features, as agreed"


def ask(entitlement: str = "warehouse", seconds: int = 3_600, why: str = WHY, ticket: str = "") -> Ask:
    return Ask("UADA", entitlement, seconds, why, ticket)


def codes(bundle: Bundle, directory: Directory, asked: Ask, now: datetime = MONDAY) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in assess(bundle, directory, asked, now).problems]


def test_a_request_within_its_rule_is_allowed(bundle: Bundle, directory: Directory) -> None:
    assessment = assess(bundle, directory, ask(), MONDAY)
    assert assessment.allowed
    assert assessment.approvers == (("data-owners", ("UEDSGER", "UGRACE")),)
    assert assessment.groups == ("scientists",)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (ask("warehouse", 28_801), ("duration", "too-long")),
        (ask("warehouse", 9), ("duration", "too-short")),
        (ask("warehouse", -1), ("duration", "too-short")),
        (ask(why="because"), ("justification", "too-short")),
        (ask(why=" " * 200), ("justification", "too-short")),
        (ask(why="x" * 1_001), ("justification", "too-long")),
        (ask(why=WHY + "\ud800"), ("justification", "unreadable")),
        (ask("warehouse-write"), ("ticket", "missing")),
        (ask("warehouse-write", ticket="later"), ("ticket", "wrong-form")),
        (ask("warehouse-write", ticket="A" * 201), ("ticket", "unreadable")),
        (ask("warehous"), ("entitlement", "unknown")),
    ],
)
def test_each_way_to_ask_wrongly_has_its_field_code_and_sentence(
    bundle: Bundle, directory: Directory, asked: Ask, expected: tuple[str, str]
) -> None:
    (problem,) = assess(bundle, directory, asked, MONDAY).problems
    assert (problem.field, problem.code) == expected
    assert problem.sentence.endswith((".", "?"))


def test_who_is_not_eligible_is_told_which_groups_are(bundle: Bundle, directory: Directory) -> None:
    (problem,) = assess(bundle, directory, Ask("UBARBARA", "warehouse", 60, WHY), MONDAY).problems
    assert problem.code == "not-eligible"
    assert "scientists or data-owners" in problem.sentence


def test_nobody_approves_their_own_request(bundle: Bundle, directory: Directory) -> None:
    assessment = assess(bundle, directory, Ask("UGRACE", "warehouse", 3_600, WHY), MONDAY)
    assert assessment.approvers == (("data-owners", ("UEDSGER",)),)


def test_where_only_the_requester_could_approve_the_request_is_refused(
    bundle: Bundle, directory: Directory
) -> None:
    alone = Directory(groups={"data-owners": frozenset({"UGRACE"})})
    (problem,) = assess(bundle, alone, Ask("UGRACE", "warehouse", 60, WHY), MONDAY).problems
    assert (problem.field, problem.code) == ("approvers", "too-few-approvers")
    twice = Directory(
        groups={
            "scientists": frozenset({"UADA"}),
            "security": frozenset({"UX"}),
            "data-owners": frozenset({"UX"}),
        }
    )
    (problem,) = assess(bundle, twice, ask("warehouse-write", ticket="A" * 2 + "-1"), MONDAY).problems
    assert problem.code == "too-few-approvers"


def test_conditions_refuse_in_the_words_of_the_bundle(bundle: Bundle, directory: Directory) -> None:
    assessment = assess(bundle, directory, ask("warehouse-pii", 3_600), SUNDAY)
    assert [one.code for one in assessment.problems] == ["weekdays", "long-looks-have-a-ticket"]
    assert assessment.problems[1].sentence == "More than 30 minutes with personal data needs a ticket."
    assert [one.result for one in assessment.conditions] == ["false", "true"]


@pytest.mark.parametrize("kind", ["allow", "deny"])
def test_a_condition_that_fails_refuses_whether_it_allows_or_denies(
    change: Change, directory: Directory, kind: str
) -> None:
    old = 'allow: weekday != "saturday" && weekday != "sunday"'
    copy = change("resources/feature-warehouse.yaml", old, f'{kind}: requester_groups[1] == "x"')
    assessment = assess(load_bundle(copy), directory, ask("warehouse-pii", 1_800), MONDAY)
    assert [one.code for one in assessment.problems] == ["condition-error"]
    assert assessment.conditions[0].result == "error"


def test_the_explanation_says_which_rule_why_who_and_what_would_be_faster(
    bundle: Bundle, directory: Directory
) -> None:
    seen = assess(bundle, directory, ask("warehouse"), MONDAY)
    told = explained(bundle, directory, seen)
    who, faster = told.explanation
    lapse, why, rule = told.background
    assert "production › feature-warehouse › warehouse (resources/feature-warehouse.yaml:" in rule
    assert "Ada" in why
    assert "scientists" in why
    assert "1 approval from data-owners: Edsger or Grace. After 30 minutes, incident-command" in who
    assert "4 hours" in lapse
    assert "warehouse-sample" in faster


def test_an_automatic_rule_says_so(bundle: Bundle, directory: Directory) -> None:
    seen = assess(bundle, directory, ask("warehouse-sample", 600), MONDAY)
    explanation = explained(bundle, directory, seen).explanation
    assert AUTOMATIC in explanation


def no_floats(text: str) -> float:
    raise AssertionError(f"{text} is a float")


@given(
    st.text(),
    st.one_of(st.sampled_from(["warehouse", "warehouse-write", "warehouse-pii"]), st.text()),
    st.integers(),
    st.text(st.characters(), max_size=2_000),
    st.text(st.characters()),
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_no_text_and_no_number_makes_it_raise(
    bundle: Bundle,
    directory: Directory,
    requester: str,
    entitlement: str,
    seconds: int,
    why: str,
    ticket: str,
    now: datetime,
) -> None:
    for person in (requester, "UADA"):
        assessment = assess(bundle, directory, Ask(person, entitlement, seconds, why, ticket), now)
        facts = json.dumps(assessment.facts(), ensure_ascii=False).encode()
        assert len(facts) < 20_000
        assert json.loads(facts, parse_float=no_floats)["digest"] == bundle.digest
        assert assessment.allowed == (not assessment.problems)


def test_the_facts_hold_no_text_of_peoples_own(bundle: Bundle, directory: Directory) -> None:
    asked = ask("warehouse-write", why="a very private reason indeed", ticket="PRIVATE-1")
    facts = json.dumps(assess(bundle, directory, asked, MONDAY).facts())
    assert "rivate" not in facts
    assert "PRIVATE" not in facts


def test_the_facts_of_a_huge_group_fit_into_an_audit_event(bundle: Bundle) -> None:
    many = frozenset(f"U{number:09}" for number in range(5_000))
    crowd = Directory(
        people={person: Person(person, person) for person in many},
        groups={"scientists": frozenset({"UADA"}), "data-owners": many},
    )
    facts = assess(bundle, crowd, ask(), MONDAY).facts()
    assert facts["stages"][0]["count"] == 5_000
    assert len(json.dumps(facts)) < 60_000


def test_now_has_to_carry_its_zone(bundle: Bundle, directory: Directory) -> None:
    with pytest.raises(ValueError, match="time zone"):
        assess(bundle, directory, ask(), MONDAY.replace(tzinfo=None))
