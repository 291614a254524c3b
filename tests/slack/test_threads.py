"""A reply in a card's thread: posted once whatever happens in between, and never under nothing."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.cast import BOT_TOKEN
from bot.slack.blocks import message, section
from bot.slack.message import Message
from bot.slack.message_store import MessageStore, NoCard
from integrations.slack.calls import open_client
from integrations.slack.errors import NotSent
from tests.builders import Clock
from tests.flow.office import GENERAL
from tests.sandbox.shop import Shop
from tests.sandbox.shop import opened as opened_shop
from workflows.database.store import Store
from workflows.database.stored_messages import Slot, StoredMessages
from workflows.ports import Retryable

PLACE = f"channel:{GENERAL}"
CARD = Slot("acc_1", PLACE, "card")
REPLY = Slot("acc_1", PLACE, "thread/denied/2.0")


def saying(text: str) -> Message:
    return message(text, section(text))


SHOWN, SAID = saying("A card"), saying("Grace denied the request")


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with opened_shop() as shop:
        yield shop


@pytest.fixture
def board(shop: Shop, store: Store, clock: Clock) -> MessageStore:
    return a_board(shop, store, clock)


def a_board(shop: Shop, store: Store, clock: Clock) -> MessageStore:
    """Of a process of its own."""
    client = AsyncWebClient(
        BOT_TOKEN, base_url=f"{shop.slack.page}/api/", session=shop.session, retry_handlers=[]
    )
    return MessageStore(client, StoredMessages(store, clock))


async def thread_of(shop: Shop, board: MessageStore) -> list[str]:
    card = await board.kept.find(CARD)
    assert card
    found = await shop.call("conversations.replies", channel=GENERAL, ts=card.ts)
    return [one["text"] for one in found["messages"]]


async def delete(shop: Shop, board: MessageStore, slot: Slot) -> None:
    """As somebody else does it."""
    posted = await board.kept.find(slot)
    assert posted
    assert await shop.error("chat.delete", channel=GENERAL, ts=posted.ts) is None


class TestAReply:
    async def test_stands_under_the_card_and_is_said_once(self, shop: Shop, board: MessageStore) -> None:
        await board.show(CARD, SHOWN)
        for _ in range(2):
            await board.reply(REPLY, CARD, SAID, broadcast=False)
        assert await thread_of(shop, board) == [SHOWN.text, SAID.text]
        assert await shop.texts() == [SHOWN.text]

    async def test_waits_for_the_card(self, shop: Shop, board: MessageStore) -> None:
        with pytest.raises(NoCard):
            await board.reply(REPLY, CARD, SAID, broadcast=False)
        assert await shop.texts() == []

    @pytest.mark.parametrize("broadcast", [False, True])
    async def test_whose_answer_was_lost_is_found_by_another_process(
        self, shop: Shop, board: MessageStore, store: Store, clock: Clock, broadcast: bool
    ) -> None:
        await board.show(CARD, SHOWN)
        await shop.fault(fail={"method": "chat.postMessage", "when": "after"})
        with pytest.raises(Retryable):
            await board.reply(REPLY, CARD, SAID, broadcast)
        await a_board(shop, store, clock).reply(REPLY, CARD, SAID, broadcast)
        assert await thread_of(shop, board) == [SHOWN.text, SAID.text]

    async def test_to_a_deleted_card_is_said_under_the_next_one(
        self, shop: Shop, board: MessageStore
    ) -> None:
        await board.show(CARD, SHOWN)
        await delete(shop, board, CARD)
        with pytest.raises(NoCard):
            await board.reply(REPLY, CARD, SAID, broadcast=False)
        assert await shop.texts() == []
        await board.show(CARD, SHOWN)
        await board.reply(REPLY, CARD, SAID, broadcast=False)
        assert await thread_of(shop, board) == [SHOWN.text, SAID.text]
        assert await shop.texts() == [SHOWN.text]

    async def test_that_slack_put_in_the_channel_stays_there_if_it_cannot_be_deleted(
        self, shop: Shop, board: MessageStore
    ) -> None:
        await board.show(CARD, SHOWN)
        await delete(shop, board, CARD)
        await shop.fault(fail={"method": "chat.delete", "error": "cant_delete_message"})
        for _ in range(2):
            await board.reply(REPLY, CARD, SAID, broadcast=True)
        assert await shop.texts() == [SAID.text]

    async def test_that_somebody_deleted_stays_deleted(self, shop: Shop, board: MessageStore) -> None:
        await board.show(CARD, SHOWN)
        await board.reply(REPLY, CARD, SAID, broadcast=True)
        await delete(shop, board, REPLY)
        for _ in range(2):
            await board.redraw(REPLY, saying("Over"))
        assert await thread_of(shop, board) == [SHOWN.text]

    async def test_gives_way_to_cards(self, shop: Shop, store: Store, clock: Clock) -> None:
        """Without a call: it isn't sent while the channel's second isn't over."""
        async with open_client(BOT_TOKEN, f"{shop.slack.page}/api/") as client:
            board = MessageStore(client, StoredMessages(store, clock))
            await board.show(CARD, SHOWN)
            before = len(shop.slack.calls)
            with pytest.raises(NotSent):
                await board.reply(REPLY, CARD, SAID, broadcast=False)
            assert len(shop.slack.calls) == before
