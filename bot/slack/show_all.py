"""*Details* and *Show all*: what a message has no room for, in a window with pages.

The window is drawn of what is stored, like any card, and shows a subject to nobody who may not see it.
"""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.answers import Body, person
from bot.slack.blocks import Shown, button, buttons, fine_print, read_shown
from bot.slack.context import ListenerContext, value_of
from bot.slack.layout import SHOW_ALL, size
from bot.slack.payload import KINDS

BACK, ON = f"{SHOW_ALL}.back", f"{SHOW_ALL}.on"
PAGE_BLOCKS, PAGE_BYTES = 90, 100_000
"""Of a page; a view has 100 blocks and 250 kB at most."""
NOT_SEEN = "That can't be shown: it's gone, or you don't have access to it."


class Whole:
    """The listeners of *Details* and *Show all*, for every workflow's messages."""

    def __init__(self, parts: ListenerContext) -> None:
        self._parts = parts

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        for word in KINDS:
            app.action(f"{word}.{SHOW_ALL}")(self.show)
        app.action(BACK)(self.leaf)
        app.action(ON)(self.leaf)

    async def show(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._parts.afterwards(self._show(body), body)

    async def leaf(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._parts.afterwards(self._leaf(body), body)

    async def _show(self, body: Body) -> None:
        shown = read_shown(value_of(body))
        if view := await self._page(shown, 0, body):
            await self._parts.open(body, view)
        else:
            await self._parts.notice(NOT_SEEN, body)

    async def _leaf(self, body: Body) -> None:
        shown = read_shown(value_of(body))
        if view := await self._page(shown, int(shown.policy), body):
            await self._parts.update(body, view)

    async def _page(self, shown: Shown, number: int, body: Body) -> View | None:
        blocks = await self._parts.drawing.whole(shown.subject, shown.digest, person(body))
        return whole_modal(shown.subject, shown.digest, blocks, number) if blocks else None


def whole_modal(subject: str, name: str, blocks: Sequence[Block], number: int) -> View:
    """One page of the message `name` of the subject; the nearest there is if there are fewer by now."""
    found = pages(blocks)
    number = max(0, min(number, len(found) - 1))
    here = list(found[number])
    if len(found) > 1:
        turns = [("Previous", BACK, number - 1), ("Next", ON, number + 1)]
        here.append(fine_print(f"Page {number + 1} of {len(found)}"))
        here.append(
            buttons(
                *(
                    button(label, action, Shown(subject, name, str(page)).value)
                    for label, action, page in turns
                    if 0 <= page < len(found)
                )
            )
        )
    return View(type="modal", title="Details", close="Close", blocks=here)


def pages(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks in order, as many to a page as a view takes."""
    found: list[list[Block]] = [[]]
    room = PAGE_BYTES
    for block in blocks:
        room -= size([block])
        if found[-1] and (room < 0 or len(found[-1]) == PAGE_BLOCKS):
            found.append([])
            room = PAGE_BYTES - size([block])
        found[-1].append(block)
    return found
