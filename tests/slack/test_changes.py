"""The app is subscribed to what Daypass listens to, and what Slack's events look like comes in."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.demo.slack_sandbox.workspace import Workspace
from bot.slack.directory_events import OF_CHANNELS, OF_PEOPLE
from bot.slack.payload import NEEDS_OF_EVENT, checked, origins

SLACK = origins("https://slack.com/api/")
MANIFEST = Path(__file__).parents[2] / "docs" / "slack-manifest.yaml"
ELSEWHERE = {"app_home_opened", "reaction_added"}
PERSON = {"id": "U02GRACE", "team_id": "T01", "deleted": True, "profile": {"email": None}}
GROUP = {"id": "S01", "handle": "owners", "users": ["U02GRACE"], "date_delete": 0}
EVENTS: dict[str, dict[str, Any]] = {
    "user_change": {"user": PERSON},
    "team_join": {"user": PERSON},
    "subteam_created": {"subteam": GROUP},
    "subteam_updated": {"subteam": GROUP},
    "subteam_members_changed": {
        "subteam_id": "S01",
        "added_users": ["U1A"],
        "removed_users": ["U02GRACE"],
    },
    "channel_rename": {"channel": {"id": "C01", "name": "new"}},
    "group_rename": {"channel": {"id": "G01", "name": "new"}},
    "member_left_channel": {"user": "U02GRACE", "channel": "C01", "channel_type": "C", "team": "T01"},
    "tokens_revoked": {"tokens": {"oauth": [], "bot": ["U00DAYPASS"]}},
    "app_uninstalled": {},
    **{
        name: {"channel": "C01", "user": "U02GRACE"}
        for name in OF_CHANNELS
        if name.endswith(("archive", "deleted", "_left"))
    },
}


def check(event: dict[str, Any]) -> None:
    checked(json.loads(json.dumps({"type": "event_callback", "team_id": "T01", "event": event})), SLACK)


def test_the_manifest_subscribes_to_what_is_listened_to() -> None:
    subscribed = yaml.safe_load(MANIFEST.read_text())["settings"]["event_subscriptions"]["bot_events"]
    assert {*subscribed} == {*OF_PEOPLE, *OF_CHANNELS, *ELSEWHERE}
    assert {*subscribed} == Workspace.model_fields["events"].default


@pytest.mark.parametrize("name", [*OF_PEOPLE, *OF_CHANNELS])
def test_an_event_comes_in(name: str) -> None:
    check({"type": name, **EVENTS[name]})


@pytest.mark.parametrize("name", sorted(NEEDS_OF_EVENT.keys() & {*OF_PEOPLE, *OF_CHANNELS}))
def test_one_without_what_it_is_about_does_not(name: str) -> None:
    for needed in NEEDS_OF_EVENT[name]:
        event = {key: value for key, value in EVENTS[name].items() if key != needed}
        with pytest.raises(ValueError):
            check({"type": name, **event})


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "user_change", "user": "U02GRACE"},
        {"type": "user_change", "user": {"id": "daypass:playbook"}},
        {"type": "team_join", "user": {"id": "machine:nightly"}},
        {"type": "member_left_channel", "user": PERSON, "channel": "C01"},
        {"type": "subteam_updated", "subteam": {"id": "U02GRACE"}},
        {"type": "subteam_updated", "subteam": {"id": "S01", "users": ["machine:nightly"]}},
        {"type": "subteam_members_changed", "subteam_id": "S01", "removed_users": ["x"]},
        {"type": "channel_rename", "channel": {"id": "nowhere"}},
    ],
)
def test_one_that_names_nobody_slack_would_does_not(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        check(wrong)
