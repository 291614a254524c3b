"""What a person may ask for, how they search for it, and `/access …` as they type it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.access.typed_command import Prefill, parse_command
from tests.builders import MONDAY
from workflows.policy.bundle import Bundle, Entitlement
from workflows.policy.evaluation.catalog import eligible, search
from workflows.ports import Directory


def read(text: str, offered: Sequence[Entitlement]) -> Prefill:
    return parse_command(text, offered, "Europe/Amsterdam", MONDAY)


def test_only_what_a_person_is_eligible_for_is_offered(bundle: Bundle, directory: Directory) -> None:
    offered = [one.id for one in eligible(bundle, directory, "UADA")]
    assert sorted(offered) == ["warehouse", "warehouse-pii", "warehouse-sample", "warehouse-write"]
    assert eligible(bundle, directory, "UBARBARA") == []
    assert eligible(bundle, directory, "nobody") == []


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("warehouse", "warehouse"),
        ("PII", "warehouse-pii"),
        ("write", "warehouse-write"),
        ("feat", "warehouse"),
        ("customers names", "warehouse-pii"),
        ("warehose-sampel", "warehouse-sample"),
    ],
)
def test_a_search_puts_first_what_was_meant(
    bundle: Bundle, directory: Directory, query: str, first: str
) -> None:
    assert search(eligible(bundle, directory, "UADA"), query)[0].id == first


def test_an_empty_search_shows_everything_and_a_hopeless_one_nothing(
    bundle: Bundle, directory: Directory
) -> None:
    offered = eligible(bundle, directory, "UADA")
    assert search(offered, "  ") == offered
    assert search(offered, "kubernetes") == []


@pytest.mark.parametrize(
    ("text", "entitlement", "seconds", "justification", "ticket"),
    [
        ("", None, None, "", ""),
        ("warehouse", "warehouse", None, "", ""),
        ("warehouse 1h because of the drift", "warehouse", 3_600, "of the drift", ""),
        ("warehouse 1h because I look", "warehouse", 3_600, "I look", ""),
        ("warehouse for 2 hours for debugging", "warehouse", 7_200, "debugging", ""),
        ("Warehouse 1h30m the drift", "warehouse", 5_400, "the drift", ""),
        ("warehouse because I need 1h of it", "warehouse", None, "I need 1h of it", ""),
        ("pii 30m", "warehouse-pii", 1_800, "", ""),
        ("Read the feature warehouse 90m", "warehouse", 5_400, "", ""),
        ("warehouse-write 1h DATA-7 because of it", "warehouse-write", 3_600, "of it", "DATA-7"),
        ("warehouse-write 1h because of DATA-7.", "warehouse-write", 3_600, "of DATA-7.", "DATA-7"),
        ("sample 10m ticket X because", "warehouse-sample", 600, "", "X"),
    ],
)
def test_a_command_fills_in_what_it_says(
    bundle: Bundle,
    directory: Directory,
    text: str,
    entitlement: str | None,
    seconds: int | None,
    justification: str,
    ticket: str,
) -> None:
    prefill = read(text, eligible(bundle, directory, "UADA"))
    assert (prefill.entitlement.id if prefill.entitlement else None) == entitlement
    assert (prefill.seconds, prefill.justification, prefill.ticket) == (seconds, justification, ticket)
    assert prefill.note == ""


def test_a_misspelt_name_is_answered_with_a_suggestion(bundle: Bundle, directory: Directory) -> None:
    prefill = read("warehous 1h because of the drift", eligible(bundle, directory, "UADA"))
    assert "“warehous”" in prefill.note
    assert "“warehouse”" in prefill.note
    assert prefill.entitlement
    assert (prefill.entitlement.id, prefill.seconds, prefill.justification) == (
        "warehouse",
        3_600,
        "of the drift",
    )


def test_a_name_like_none_keeps_the_rest_of_what_was_typed(bundle: Bundle, directory: Directory) -> None:
    prefill = read("kubernetes 1h ticket OPS-1 because it is down", eligible(bundle, directory, "UADA"))
    assert (prefill.entitlement, prefill.seconds, prefill.ticket) == (None, 3_600, "OPS-1")
    assert prefill.justification == "it is down"
    assert "“kubernetes”" in prefill.note
    assert "Search for it below" in read("warehouse", []).note


@pytest.mark.parametrize(
    ("text", "seconds", "justification"),
    [
        ("warehouse tomorrow 9:00-12:00 because of the reload", 10_800, "of the reload"),
        ("warehouse tomorrow 9:00 for 2h because of the reload", 7_200, "of the reload"),
        ("warehouse 2h tomorrow 9:00 because of the reload", 7_200, "of the reload"),
        ("warehouse tomorrow 9:00 because of the reload", None, "of the reload"),
    ],
)
def test_a_command_says_when(
    bundle: Bundle, directory: Directory, text: str, seconds: int | None, justification: str
) -> None:
    prefill = read(text, eligible(bundle, directory, "UADA"))
    assert prefill.starts_at == MONDAY + timedelta(hours=22, minutes=30)
    assert (prefill.seconds, prefill.justification) == (seconds, justification)


def test_a_reason_that_names_a_time_stays_a_reason(bundle: Bundle, directory: Directory) -> None:
    for text in (
        "warehouse 1h because tomorrow 9:00 it reloads",
        "warehouse because tomorrow 9:00 it reloads",
    ):
        prefill = read(text, eligible(bundle, directory, "UADA"))
        assert (prefill.starts_at, prefill.justification) == (None, "tomorrow 9:00 it reloads")


@pytest.mark.parametrize("text", ["until run 1f2e", "Until Run 1f2e", "until-run 1f2e", "--until-run 1f2e"])
def test_a_command_names_a_run(bundle: Bundle, directory: Directory, text: str) -> None:
    prefill = read(f"warehouse 8h {text} because of the training", eligible(bundle, directory, "UADA"))
    assert (prefill.until_run, prefill.seconds, prefill.justification) == ("1f2e", 28_800, "of the training")


def test_a_number_without_a_unit_is_asked_about(bundle: Bundle, directory: Directory) -> None:
    prefill = read("warehouse 60 because", eligible(bundle, directory, "UADA"))
    assert prefill.seconds is None
    assert "60m or 60h" in prefill.note


@given(st.text())
def test_no_text_makes_it_raise(bundle: Bundle, directory: Directory, text: str) -> None:
    offered = eligible(bundle, directory, "UADA")
    read(text, offered)
    read(f"warehouse-write {text}", offered)
    search(offered, text)
