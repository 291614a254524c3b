"""Only what looks like Slack's own comes in, whoever has signed it; nothing comes in under Daypass's own names."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.slack.button_values import About, Shown
from bot.slack.payload import (
    checked,
    origins,
)

SLACK = origins("https://slack.com/api/")
SUBJECT = "acc_01KJ4M3Z00000000000000000A"
VALUE = Shown(SUBJECT, "d", "p").value
NOBODY_OUTSIDE = (
    "daypass:playbook",
    "machine:nightly",
    "U",
    "u02grace",
    "U02GRACE\n",
    "U02 GRACE",
    "",
    "B01",
    "Ü1",
    7,
)

CLICK: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U02GRACE", "team_id": "T01"},
    "team": {"id": "T01"},
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    "container": {"type": "message", "channel_id": "C02", "message_ts": "1512085950.000216"},
    "channel": {"id": "C02"},
    "message": {"ts": "1512085950.000216", "text": "t", "blocks": []},
    "response_url": "https://hooks.slack.com/actions/T01/1/x",
    "actions": [{"type": "button", "action_id": "access.approve", "block_id": "b", "value": VALUE}],
}
COMMAND: dict[str, Any] = {
    "command": "/incident",
    "text": "sev1 x",
    "user_id": "U02GRACE",
    "team_id": "T01",
    "channel_id": "C02",
    "trigger_id": "1.2.3",
    "response_url": "https://hooks.slack.com/commands/1",
}
CHOSEN = {"who": {"who": {"type": "users_select", "selected_user": "U01ADA"}}}
SUBMISSION: dict[str, Any] = {
    "type": "view_submission",
    "user": {"id": "U02GRACE"},
    "trigger_id": "1.2.3",
    "view": {
        "id": "V01",
        "type": "modal",
        "callback_id": "access.denial",
        "private_metadata": VALUE,
        "external_id": "",
        "state": {"values": CHOSEN},
    },
}
SUGGESTION: dict[str, Any] = {
    "type": "block_suggestion",
    "user": {"id": "U02GRACE"},
    "action_id": "entitlement",
    "block_id": "entitlement",
    "value": "ware",
}
OPENED: dict[str, Any] = {
    "type": "event_callback",
    "team_id": "T01",
    "event": {"type": "app_home_opened", "user": "U02GRACE", "channel": "D02", "tab": "home"},
}
REACTED: dict[str, Any] = {
    "type": "event_callback",
    "event": {
        "type": "reaction_added",
        "user": "U02GRACE",
        "reaction": "pushpin",
        "item": {"type": "message", "channel": "C02", "ts": "1.000001"},
    },
}
ALL = (CLICK, COMMAND, SUBMISSION, SUGGESTION, OPENED, REACTED)


def put(body: Any, path: str, value: Any) -> Any:
    """A copy of the payload with something else at this path."""
    copy: Any = json.loads(json.dumps(body))
    *way, last = path.split(".")
    place = copy
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[last] = value
    return copy


@pytest.mark.parametrize("body", ALL)
def test_what_slack_sends_comes_in(body: Mapping[str, Any]) -> None:
    checked(body, SLACK)


PEOPLE = [
    (CLICK, "user.id"),
    (COMMAND, "user_id"),
    (SUBMISSION, "user.id"),
    (SUBMISSION, "view.state.values.who.who.selected_user"),
    (SUGGESTION, "user.id"),
    (OPENED, "event.user"),
    (REACTED, "event.user"),
    ({**COMMAND, "user": {"id": "U1"}}, "user.id"),
]


@pytest.mark.parametrize(("body", "path"), PEOPLE)
@pytest.mark.parametrize("id", NOBODY_OUTSIDE)
def test_nobody_comes_in_by_a_name_that_is_not_slacks(body: Any, path: str, id: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        checked(put(body, path, id), SLACK)


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        (CLICK, "team.id", "daypass:"),
        (CLICK, "channel.id", "#general"),
        (CLICK, "container.channel_id", "U02GRACE"),
        (CLICK, "container.message_ts", "now"),
        (CLICK, "message.ts", "1' OR 1"),
        (CLICK, "trigger_id", "a/b"),
        (CLICK, "trigger_id", "x" * 151),
        (CLICK, "actions", []),
        (CLICK, "actions.0.value", "[]"),
        (CLICK, "actions.0.value", "{"),
        (CLICK, "actions.0.value", About("daypass:x").value),
        (CLICK, "actions.0.value", About("inc_01KJ4M3Z00000000000000000A").value),
        (CLICK, "actions.0.value", Shown(SUBJECT, "d" * 2_000, "p").value),
        (CLICK, "actions.0.value", None),
        (CLICK, "response_url", "http://169.254.169.254/latest/meta-data"),
        (CLICK, "response_url", "https://hooks.slack.com.evil.example/"),
        (CLICK, "response_url", "https://hooks.slack.com@evil.example/"),
        (CLICK, "response_url", "http://hooks.slack.com/actions"),
        (CLICK, "user", None),
        (COMMAND, "channel_id", "general"),
        (COMMAND, "trigger_id", None),
        (COMMAND, "response_url", "https://evil.example"),
        (SUBMISSION, "view.id", "V/1"),
        (SUBMISSION, "view.external_id", "guessable"),
        (SUBMISSION, "view.private_metadata", "acc_1"),
        (SUBMISSION, "view.private_metadata", "rel_01KJ4M3Z00000000000000000A"),
        (SUBMISSION, "view.state.values", []),
        (
            SUBMISSION,
            "view.state.values",
            {"d": {"d": {"type": "datepicker", "selected_date": "2026-13-41"}}},
        ),
        (SUBMISSION, "view.state.values", {"s": {"s": {"selected_date_time": -1}}}),
        (SUBMISSION, "view.state.values", {"s": {"s": {"selected_date_time": 10**12}}}),
        (OPENED, "event.channel", "daypass"),
        (REACTED, "event.item.channel", "x"),
        (REACTED, "event.item", None),
        (REACTED, "event.item.ts", None),
        (OPENED, "event.user", {"id": "U02GRACE"}),
        (OPENED, "event", None),
    ],
)
def test_what_slack_never_sends_does_not(body: Any, path: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        checked(put(body, path, value), SLACK)


def test_slack_answers_at_its_own_host_alone() -> None:
    assert origins("https://slack.com/api/") == {"https://slack.com", "https://hooks.slack.com"}
    assert origins("https://www.slack-gov.com/api/") >= {"https://hooks.slack-gov.com"}
    assert "http://127.0.0.1:1234" in origins("http://127.0.0.1:1234/api/")
