"""How reviewers answer in Slack: *Keep*, *Remove* with a reason, *Undo*, and *Keep* for all that was used recently."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.access_reviews import cards, texts
from bot.slack.answers import Body
from bot.slack.blocks import read_reason
from bot.slack.button_values import About, ItemOf
from bot.slack.context import ListenerContext
from bot.slack.controls import Control, attach_buttons, attach_windows
from workflows.system.access_reviews.commands import AnswerItems, KeepUsed
from workflows.system.access_reviews.state import ItemVerdict

REMOVING = "access-review.removing"


class Listeners:
    """The listeners of access reviews, over their parts."""

    def __init__(self, parts: ListenerContext) -> None:
        self._parts = parts

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        attach_buttons(app, self._parts, self.buttons)
        attach_windows(app, self._parts, self.windows)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons of the cards and of App Home."""
        return (
            Control(cards.KEEP, ItemOf, self.keep),
            Control(cards.UNDO, ItemOf, self.keep),
            Control(cards.REMOVE, ItemOf, self.ask_why),
            Control(cards.KEEP_USED, About, self.keep_used),
        )

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The window that asks why."""
        return (Control(REMOVING, ItemOf, self.removed),)

    async def keep(self, ack: AsyncAck, body: Body, item: ItemOf) -> None:
        await self._parts.act(ack, body, _answer(item, "keep"))

    async def keep_used(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, KeepUsed(about.subject))

    async def ask_why(self, ack: AsyncAck, body: Body, item: ItemOf) -> None:
        window = (REMOVING, texts.REMOVE_TITLE, texts.WHY_REMOVE, "Remove")
        await self._parts.ask_why(ack, body, item, window)

    async def removed(self, ack: AsyncAck, body: Body, item: ItemOf) -> None:
        await self._parts.submit(ack, body, _answer(item, "remove", read_reason(body["view"])))


def _answer(item: ItemOf, verdict: ItemVerdict, reason: str = "") -> AnswerItems:
    """A number that isn't one is no item's."""
    number = int(item.number) if item.number.isdecimal() else 0
    return AnswerItems(item.subject, (number,), verdict, reason)
