"""Threads: under which messages something can be posted, and what of it the channel shows."""

import pytest

from bot.demo.actor import Actor
from bot.demo.cast import ADA
from tests.flow.office import GENERAL
from tests.sandbox.shop import Json, Shop


@pytest.fixture
async def parent(shop: Shop) -> str:
    return str((await shop.call("chat.postMessage", channel=GENERAL, text="A card"))["ts"])


async def posted(shop: Shop, text: str, **arguments: object) -> Json:
    answer = await shop.call("chat.postMessage", channel=GENERAL, text=text, **arguments)
    message: Json = answer["message"]
    return message


async def replies(shop: Shop, ts: str) -> list[str]:
    found = await shop.call("conversations.replies", channel=GENERAL, ts=ts)
    return [one["text"] for one in found["messages"]]


class TestAReply:
    async def test_stands_in_the_thread_and_not_in_the_channel(self, shop: Shop, parent: str) -> None:
        reply = await posted(shop, "A reply", thread_ts=parent)
        assert reply["thread_ts"] == parent
        assert await replies(shop, parent) == ["A card", "A reply"]
        assert await shop.texts() == ["A card"]
        card = (await shop.call("conversations.history", channel=GENERAL))["messages"][0]
        assert (card["reply_count"], card["latest_reply"]) == (1, reply["ts"])

    async def test_that_is_broadcast_stands_in_both(self, shop: Shop, parent: str) -> None:
        reply = await posted(shop, "Look here", thread_ts=parent, reply_broadcast=True)
        assert (reply["subtype"], reply["root"]["ts"]) == ("thread_broadcast", parent)
        assert await replies(shop, parent) == ["A card", "Look here"]
        assert await shop.texts() == ["A card", "Look here"]

    async def test_is_broadcast_only_out_of_a_thread(self, shop: Shop) -> None:
        word = await shop.error("chat.postMessage", channel=GENERAL, text="x", reply_broadcast=True)
        assert word == "invalid_arguments"

    async def test_has_no_replies_of_its_own(self, shop: Shop, parent: str) -> None:
        reply = await posted(shop, "A reply", thread_ts=parent)
        word = await shop.error("chat.postMessage", channel=GENERAL, text="x", thread_ts=reply["ts"])
        assert word == "cannot_reply_to_message"

    async def test_to_what_is_not_there_is_posted_in_the_channel(self, shop: Shop, parent: str) -> None:
        await shop.call("chat.delete", channel=GENERAL, ts=parent)
        reply = await posted(shop, "An orphan", thread_ts=parent, reply_broadcast=True)
        assert "thread_ts" not in reply
        assert await shop.texts() == ["An orphan"]

    async def test_is_seen_on_the_page_in_its_thread(self, shop: Shop, parent: str) -> None:
        await posted(shop, "A reply", thread_ts=parent)
        await posted(shop, "Look here", thread_ts=parent, reply_broadcast=True)
        ada = Actor(shop.session, shop.slack.page, ADA)
        shown = await ada.messages(GENERAL)
        assert [one["text"] for one in shown] == ["A card", "Look here"]
        assert shown[0]["reply_count"] == 2
        assert [one["text"] for one in await ada.thread(GENERAL, parent)] == [
            "A card",
            "A reply",
            "Look here",
        ]


async def test_a_deleted_message_leaves_its_thread_behind(shop: Shop, parent: str) -> None:
    await posted(shop, "A reply", thread_ts=parent)
    assert (await shop.call("chat.delete", channel=GENERAL, ts=parent))["ok"]
    assert await replies(shop, parent) == ["This message was deleted.", "A reply"]
    assert await shop.error("chat.update", channel=GENERAL, ts=parent, text="x") == "message_not_found"
    assert (await posted(shop, "Another", thread_ts=parent))["thread_ts"] == parent
