"""Links that fill in a request: what they fill in is what the typed line fills in, and never more than is shown."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.access.links import link_line
from bot.slack.access.typed_command import parse_command
from daypass.links import link_to
from tests.access.changes import DATASET, RISK, RULES
from tests.builders import changed_bundle
from tests.lanes import examples
from workflows.access.links import FilledIn, named_in, read_link
from workflows.policy.bundle import Bundle

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LINK = {"entitlement": "warehouse", "for": "90m", "because": "the runbook says so", "dataset": "eu"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    inputs = (RULES, RISK, DATASET.format("eu, us", RISK))
    return changed_bundle(tmp_path_factory.mktemp("links") / "bundle", inputs)


def filled(bundle: Bundle, **link: str) -> FilledIn:
    entitlement = named_in(link, bundle.entitlements)
    assert entitlement
    return read_link(link, entitlement)


def test_a_link_fills_in_what_the_line_does(bundle: Bundle) -> None:
    found = filled(bundle, **LINK)
    assert found.line == "warehouse 90m dataset=eu because the runbook says so"
    read = parse_command(found.line, list(bundle.entitlements.values()), None, NOW)
    assert (read.entitlement, read.seconds, read.inputs, read.justification) == (
        found.entitlement,
        5_400,
        {"dataset": "eu"},
        "the runbook says so",
    )
    assert found.faults == ()


def test_the_printed_link_reads_back(bundle: Bundle) -> None:
    printed = link_to("https://daypass.example", "features", "2h", "a & b = c?", "OPS-1", {"dataset": "us"})
    found = filled(bundle, **dict(parse_qsl(urlsplit(printed).query)))
    assert printed.startswith("https://daypass.example/ask?")
    assert found.line == "warehouse 2h dataset=us ticket OPS-1 because a & b = c?"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"for": "soon"}, "isn't a duration"),
        ({"dataset": "apac"}, "“apac” isn't allowed"),
        ({"datset": "eu"}, "Did you mean “dataset”?"),
        ({"x\nbecause evil": "1"}, "This access doesn't ask for"),
    ],
)
def test_what_can_t_be_filled_in_is_named_and_left_out(
    bundle: Bundle, changes: dict[str, str], fault: str
) -> None:
    found = filled(bundle, **{**LINK, **changes})
    assert any(fault in one for one in found.faults)
    assert not any(value in found.line for value in changes.values() if value != "eu" and value != "1")


@pytest.mark.parametrize("name", ["", "warehous", "warehouse break-glass", "../stops"])
def test_a_link_to_nothing_names_nothing(bundle: Bundle, name: str) -> None:
    assert named_in({"entitlement": name}, bundle.entitlements) is None


@given(
    because=st.text(max_size=1_200),
    ticket=st.text(max_size=30),
    dataset=st.text(max_size=30),
    lasts=st.text(max_size=12),
)
@settings(max_examples=examples(50, 3_000), deadline=None)
def test_a_hostile_link_fills_in_what_is_shown_and_nothing_else(
    bundle: Bundle, because: str, ticket: str, dataset: str, lasts: str
) -> None:
    """Whatever stands in it: the form has the same access, duration and inputs as the page shows, and one line of reason."""
    link = {
        "entitlement": "warehouse",
        "because": because,
        "ticket": ticket,
        "dataset": dataset,
        "for": lasts,
    }
    found = filled(bundle, **link)
    assert found.line.isprintable()
    assert len(found.line) <= 1_900
    read = parse_command(found.line, list(bundle.entitlements.values()), None, NOW)
    assert read.entitlement == found.entitlement
    assert read.seconds == found.seconds
    assert read.starts_at is None
    assert read.until_run == ""
    assert read.inputs == found.inputs


def test_only_the_button_of_the_message_stands_for_a_line() -> None:
    assert link_line({"actions": [{"action_id": "link.open", "value": "warehouse 1h"}]}) == "warehouse 1h"
    assert link_line({"actions": [{"action_id": "home.request", "value": "warehouse 1h"}]}) == ""
    assert link_line({"text": "warehouse"}) == ""
