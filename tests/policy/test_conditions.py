"""Conditions are typed, total, and never a yes by accident."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cel_expr_python import cel
from hypothesis import given
from hypothesis import strategies as st

from workflows.policy.conditions import (
    ConditionError,
    Context,
    compile_condition,
    evaluate,
    matches,
    pattern_fault,
)

MONDAY = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
CONTEXT = Context(
    requester_id="UADA",
    requester_groups=("scientists",),
    entitlement="warehouse",
    resource="feature-warehouse",
    environment="production",
    risk="moderate",
    seconds=3_600,
    justification="to see",
    ticket="",
    now=MONDAY,
)


def outcome(source: str, context: Context = CONTEXT) -> tuple[str, str]:
    return evaluate([compile_condition(source)], context)[0]


def result(source: str, context: Context = CONTEXT) -> str:
    return outcome(source, context)[0]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"scientists" in requester_groups', "true"),
        ("requester_groups.exists(g, g.startsWith('data'))", "false"),
        ('weekday == "monday" && hour == 10', "true"),
        ('now.getHours("Europe/Berlin") == 11', "true"),
        ("duration_minutes <= 60", "true"),
        ('environment == "production" && risk != "critical"', "true"),
        ("'has(x)' == ticket // has(dyn(x))", "false"),
    ],
)
def test_conditions_see_the_declared_context(source: str, expected: str) -> None:
    assert result(source) == expected


def test_an_error_is_neither_true_nor_false_and_says_why() -> None:
    result, detail = outcome('requester_groups[3] == "x"')
    assert result == "error"
    assert "index" in detail.lower()


def test_the_plain_value_of_an_error_is_truthy_and_still_no_yes() -> None:
    expression = cel.NewEnv(variables={"hour": cel.Type.INT}).compile("10 / (hour - 10) > 0")
    assert bool(expression.eval(data={"hour": 10}).value())
    assert result("10 / (hour - 10) > 0") == "error"


def test_time_is_utc_whatever_zone_now_came_in() -> None:
    there = replace(CONTEXT, now=MONDAY.astimezone(timezone(timedelta(hours=-11))))
    assert there.variables()["weekday"] == "monday"
    assert result("hour == 10", there) == "true"


@pytest.mark.parametrize(("seconds", "minutes"), [(10, 1), (60, 1), (61, 2), (3_600, 60)])
def test_a_limit_in_minutes_lets_no_second_more_through(seconds: int, minutes: int) -> None:
    assert replace(CONTEXT, seconds=seconds).variables()["duration_minutes"] == minutes


def test_a_runaway_loop_ends_as_an_error_soon() -> None:
    numbers = "[" + ",".join("0123456789") + "]"
    loops = "".join(f"{numbers}.all({name}, " for name in "abcdefg")
    with pytest.raises(ConditionError, match=r"fails for every request|exceeds"):
        compile_condition(f"{loops}a >= 0{')' * 7}")


@given(st.text(max_size=60))
def test_any_text_compiles_or_is_refused_with_a_place(source: str) -> None:
    try:
        compile_condition(source)
    except ConditionError as error:
        assert error.line >= 1
        assert error.column >= 1
        assert error.meant


@given(st.text(), st.text(), st.integers())
def test_evaluation_is_total(justification: str, ticket: str, seconds: int) -> None:
    context = replace(CONTEXT, justification=justification, ticket=ticket, seconds=seconds)
    source = 'justification.size() > 3 && ticket.matches("^[a-z]+$") && duration_minutes > 5'
    assert result(source, context) in {"true", "false", "error"}


def test_lone_surrogates_are_an_error_not_a_crash() -> None:
    assert result('ticket != ""', replace(CONTEXT, ticket="\ud800")) == "error"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("OPS-[0-9]+", "OPS-1", True),
        ("OPS-[0-9]+", "OPS-1 and more", False),
        ("OPS-[0-9]+", "OPS-1\n", False),
        ("a|b", "ab", False),
        ("(a+)+b", "a" * 3_000, False),
        ("x", "\ud800", False),
    ],
)
def test_a_pattern_has_to_fit_the_whole_text(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


def test_a_pattern_that_re2_does_not_know_is_told() -> None:
    assert "(?=" in pattern_fault("(?=x)")
    assert pattern_fault("[0-9]+") == ""
