"""What a person may ask for, how they search for it, and `/access …` as they type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.access.typed_command import parse_command
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.catalog import eligible, search
from workflows.ports import Directory


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
    prefill = parse_command(text, eligible(bundle, directory, "UADA"))
    assert (prefill.entitlement.id if prefill.entitlement else None) == entitlement
    assert (prefill.seconds, prefill.justification, prefill.ticket) == (seconds, justification, ticket)
    assert prefill.note == ""


def test_a_misspelt_name_is_answered_with_a_suggestion(bundle: Bundle, directory: Directory) -> None:
    read = parse_command("warehous 1h because of the drift", eligible(bundle, directory, "UADA"))
    assert "“warehous”" in read.note
    assert "“warehouse”" in read.note
    assert read.entitlement
    assert (read.entitlement.id, read.seconds, read.justification) == ("warehouse", 3_600, "of the drift")


def test_a_name_like_none_keeps_the_rest_of_what_was_typed(bundle: Bundle, directory: Directory) -> None:
    read = parse_command("kubernetes 1h ticket OPS-1 because it is down", eligible(bundle, directory, "UADA"))
    assert (read.entitlement, read.seconds, read.ticket) == (None, 3_600, "OPS-1")
    assert read.justification == "it is down"
    assert "“kubernetes”" in read.note
    assert "Search for it below" in parse_command("warehouse", []).note


def test_a_number_without_a_unit_is_asked_about(bundle: Bundle, directory: Directory) -> None:
    prefill = parse_command("warehouse 60 because", eligible(bundle, directory, "UADA"))
    assert prefill.seconds is None
    assert "60m or 60h" in prefill.note


@given(st.text())
def test_no_text_makes_it_raise(bundle: Bundle, directory: Directory, text: str) -> None:
    offered = eligible(bundle, directory, "UADA")
    parse_command(text, offered)
    parse_command(f"warehouse-write {text}", offered)
    search(offered, text)
