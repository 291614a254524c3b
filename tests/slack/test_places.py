"""A channel's name may be as long as Slack takes it; a longer one is refused when the bundle is loaded."""

from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.message_store import MessageStore
from tests.builders import Clock, changed_bundle
from workflows.database.store import Store
from workflows.database.stored_messages import Slot, StoredMessages
from workflows.policy.problems import BundleErrors

LONGEST = "#" + "a" * 80
ALARMS = 'alarms: "#access-alarms"'
ORIGIN = "log_origin: daypass.northwind.example/audit"


async def test_a_message_has_its_place_in_a_channel_of_the_longest_name(store: Store, clock: Clock) -> None:
    board = MessageStore(AsyncWebClient(), StoredMessages(store, clock))
    slot = Slot("acc_01KJ4M3Z00000000000000000A", f"channel:{LONGEST}", "card")
    await board.remember(slot)
    assert await board.slots(slot.subject) == [slot]


def test_the_longest_name_is_taken_and_a_longer_one_refused(tmp_path: Path) -> None:
    bundle = changed_bundle(tmp_path / "good", ("daypass.yaml", ALARMS, f'alarms: "{LONGEST}"'))
    assert bundle.settings.channels.alarms == LONGEST
    with pytest.raises(BundleErrors, match="at most 80 characters"):
        changed_bundle(tmp_path / "bad", ("daypass.yaml", ALARMS, f'alarms: "{LONGEST}a"'))


def test_an_origin_that_makes_checkpoints_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleErrors, match="at most 200 characters"):
        changed_bundle(tmp_path / "bad", ("daypass.yaml", ORIGIN, f"log_origin: {'o' * 300}"))
