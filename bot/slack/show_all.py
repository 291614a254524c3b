"""*Details* and *Show all*: what a message has no room for, in a window with pages.

The window is drawn of what is stored, like any card, and shows a subject to nobody who may not see it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack import texts
from bot.slack.answers import Body, person
from bot.slack.blocks import button, buttons, fine_print
from bot.slack.button_values import Page
from bot.slack.context import ListenerContext
from bot.slack.controls import Control, attach_buttons
from bot.slack.layout import SHOW_ALL, size
from bot.slack.payload import KINDS

BACK, ON = f"{SHOW_ALL}.back", f"{SHOW_ALL}.on"
PAGE_BLOCKS, PAGE_BYTES = 90, 100_000
"""Of a page; a view has 100 blocks and 250 kB at most."""


class Whole:
    """The listeners of *Details* and *Show all*, for every workflow's messages."""

    def __init__(self, parts: ListenerContext) -> None:
        self._parts = parts

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        attach_buttons(app, self._parts, self.buttons)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """Those that open a page, of every workflow, and those that turn it."""
        openers = [f"{word}.{SHOW_ALL}" for word in KINDS]
        return (
            *(Control(action, Page, self.show) for action in openers),
            Control(BACK, Page, self.turn),
            Control(ON, Page, self.turn),
        )

    async def show(self, ack: AsyncAck, body: Body, page: Page) -> None:
        await ack()
        self._parts.afterwards(self._show(page, body), body)

    async def turn(self, ack: AsyncAck, body: Body, page: Page) -> None:
        await ack()
        self._parts.afterwards(self._turn(page, body), body)

    async def _show(self, page: Page, body: Body) -> None:
        if view := await self._view(page, body):
            await self._parts.open(body, view)
        else:
            await self._parts.notice(texts.NOT_SEEN, body)

    async def _turn(self, page: Page, body: Body) -> None:
        if view := await self._view(page, body):
            await self._parts.update(body, view)

    async def _view(self, page: Page, body: Body) -> View | None:
        blocks = await self._parts.drawing.whole(page.subject, page.message, person(body))
        return whole_modal(page, blocks) if blocks else None


def whole_modal(page: Page, blocks: Sequence[Block]) -> View:
    """The page of the message, or the nearest there is if it has fewer by now."""
    found = pages(blocks)
    number = min(page.number, len(found) - 1)
    here = list(found[number])
    if len(found) > 1:
        turns = [("Previous", BACK, number - 1), ("Next", ON, number + 1)]
        here.append(fine_print(texts.PAGE_OF.format(number=number + 1, all=len(found))))
        here.append(
            buttons(
                *(
                    button(label, action, replace(page, number=other).value)
                    for label, action, other in turns
                    if 0 <= other < len(found)
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
