"""Pins: which messages can be pinned to a channel, and for how long they are."""

from tests.flow.office import GENERAL
from tests.sandbox.shop import Shop


async def pins(shop: Shop) -> list[str]:
    found = await shop.call("pins.list", channel=GENERAL)
    return [one["message"]["text"] for one in found["items"]]


async def test_a_message_is_pinned_once_and_until_it_is_deleted(shop: Shop) -> None:
    posted = await shop.call("chat.postMessage", channel=GENERAL, text="How it stands")
    assert (await shop.call("pins.add", channel=GENERAL, timestamp=posted["ts"]))["ok"]
    assert await shop.error("pins.add", channel=GENERAL, timestamp=posted["ts"]) == "already_pinned"
    assert await pins(shop) == ["How it stands"]
    await shop.call("chat.delete", channel=GENERAL, ts=posted["ts"])
    assert await shop.error("pins.add", channel=GENERAL, timestamp=posted["ts"]) == "message_not_found"
    assert await pins(shop) == []


async def test_what_is_not_there_is_not_pinned(shop: Shop) -> None:
    assert await shop.error("pins.add", channel=GENERAL) == "no_item_specified"
    assert await shop.error("pins.add", channel="C0NOWHERE", timestamp="1.0") == "channel_not_found"
    assert await shop.error("pins.list", channel="C0NOWHERE") == "channel_not_found"
