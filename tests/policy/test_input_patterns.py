"""Patterns of text inputs: matched as RE2 would, and none lets anything through that isn't harmless everywhere."""

import re
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lanes import examples
from workflows.policy.conditions import matches as matches_by_re2
from workflows.policy.inputs.pattern import MAX_VALUE_CHARS, compiled, is_safe
from workflows.policy.inputs.pattern_syntax import PatternError

ESCAPES = (
    "../etc/passwd",
    "a/b",
    "a' OR '1'='1",
    'a"b',
    "a;DROP TABLE x",
    "a--b",
    "a/*b*/",
    "a b",
    "a\nb",
    "a\0b",
    "a,b",
)
ESCAPES += (
    "${HOME}",
    "{{name}}",
    "{inputs.x}",
    "a*",
    "a%",
    "a\\b",
    "$(id)",
    "`id`",
    "-rf",
    ".hidden",
    "..",
    "é",
    "a‮b",
)
atoms = st.one_of(
    st.sampled_from([*string.ascii_lowercase[:3], "1", "_", ":", "@", "-", r"\.", r"\d", r"\w", r"\-"]),
    st.sampled_from(["[a-c]", "[a-z0-9_]", "[.a]", "[a-]", "[-b]", "[A-Z:@]", "[0-3.]"]),
)
repeats = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{0,2}", "{1,}", "{1,3}"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    group = st.sampled_from(["(", "(?:"])
    grouped = st.tuples(group, inner, st.just(")"), repeats).map("".join)
    return st.one_of(grouped, st.tuples(inner, inner).map("".join), st.tuples(inner, inner).map("|".join))


patterns = st.recursive(st.tuples(atoms, repeats).map("".join), _grown, max_leaves=5).filter(
    lambda source: len(source) <= 60
)
values = st.text("abcZ129_.:@-/' ", max_size=8)


@pytest.mark.soak
@given(source=patterns, value=values)
@settings(max_examples=examples(60, 5_000), deadline=None)
def test_what_a_pattern_lets_through_is_harmless_and_what_re_would_let_through(
    source: str, value: str
) -> None:
    try:
        pattern = compiled(source)
    except PatternError:
        return
    assert pattern.matches(value) == bool(re.fullmatch(source, value, re.ASCII))
    if pattern.matches(value):
        assert is_safe(value)


@pytest.mark.soak
@given(source=patterns, data=st.data())
@settings(max_examples=examples(60, 5_000), deadline=None)
def test_every_text_made_from_an_accepted_pattern_is_harmless(source: str, data: st.DataObject) -> None:
    """Generated from the pattern itself by another implementation, so that nothing is overlooked."""
    try:
        pattern = compiled(source)
    except PatternError:
        return
    value = data.draw(st.from_regex(re.compile(source, re.ASCII), fullmatch=True))
    if len(value) <= MAX_VALUE_CHARS:
        assert pattern.matches(value)
        assert is_safe(value)


@pytest.mark.parametrize("value", ESCAPES)
def test_no_pattern_can_be_written_for_what_escapes(value: str) -> None:
    assert not is_safe(value)
    for source in (
        re.escape(value),
        "".join(f"[{re.escape(char)}]" for char in value),
        ".*",
        r"\S+",
        "[^;]+",
    ):
        try:
            assert not compiled(source).matches(value)
        except PatternError as error:
            assert error.what
            assert error.meant


@pytest.mark.parametrize(
    ("source", "what"),
    [
        (".*", "“.” lets every"),
        ("[^/]+", "everything else"),
        ("^[a-z]+$", "isn't needed"),
        ("[a-z", "no “]”"),
        ("(a", "no “)”"),
        ("a)", "no “(”"),
        ("[]", "lets nothing"),
        ("[z-a]", "isn't a range"),
        ("[!-~]", "can't be used"),
        ("[A-z]", "isn't a range"),
        ("[a-z]*", "empty text"),
        ("a++", "after a repeat"),
        ("a{3,2}", "repeats nothing"),
        ("a/b", "“/” can't"),
        (r"\s", "can't be used"),
        (r"[a.]+", "begin with “.”"),
        (r"a[b.]+", "“..”"),
        (r"a(b-?|-)+", "“--”"),
        ("[a-z]{200}[a-z]{200}", "256"),
        ("(){99}", "empty text"),
        ("\\", "can't be used"),
        ("(?i)a", "can't be used"),
    ],
)
def test_each_fault_of_a_pattern_is_named(source: str, what: str) -> None:
    with pytest.raises(PatternError, match=re.escape(what)):
        compiled(source)


def test_patterns_that_make_others_slow_are_matched_at_once() -> None:
    begun = time.process_time()
    for source in ("(a|a)*b", "(a*)*b", "(a|aa)+b", "([a-c]*a){20}b"):
        assert not compiled(source).matches("a" * MAX_VALUE_CHARS)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("[a-z][a-z0-9_]{0,30}", "sales_2026"),
        (r"[a-z]+(\.[a-z]+)*@example\.com", "ada.l@example.com"),
        (r"\d{4}-\d{2}", "2026-12"),
        ("(eu|us)-[a-z]+-[12]", "eu-west-1"),
    ],
)
def test_ordinary_patterns_match_as_in_re2(source: str, value: str) -> None:
    for text in (value, value.upper(), f"{value}!", f"x/{value}", value[:-1]):
        assert compiled(source).matches(text) == matches_by_re2(source, text)
    assert compiled(source).matches(value)
