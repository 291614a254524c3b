"""How people choose when they are reminded: a button in App Home, and a window.

What they choose is theirs alone and changes nothing for anybody else, so it is kept as it is, in no log.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.answers import Body, person
from bot.slack.button_values import About
from bot.slack.context import ListenerContext
from bot.slack.controls import Control, attach_windows
from bot.slack.reminders import texts
from bot.slack.reminders.presenter import CHANGE
from bot.slack.reminders.windows import CHOOSE, WHEN, choose_modal, read_choice
from bot.slack.texts import NOT_SHOWN
from workflows.database.outage import DatabaseAway
from workflows.system.reminders.choice import faults
from workflows.system.reminders.choices import Choices


class Listeners:
    """The listeners of reminders, over their parts."""

    def __init__(self, parts: ListenerContext, choices: Choices, now: Callable[[], datetime]) -> None:
        self._parts = parts
        self._choices = choices
        self._now = now

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        app.action(CHANGE)(self.change)
        attach_windows(app, self._parts, self.windows)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """No card has one."""
        return ()

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The window in which one chooses."""
        return (Control(CHOOSE, About, self.chosen),)

    async def change(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._parts.afterwards(self._open(body), body)

    async def chosen(self, ack: AsyncAck, body: Body, about: About) -> None:
        choice = read_choice(body["view"], self._now())
        wrong = faults(choice) if choice else {WHEN: texts.PICK_ONE}
        if choice and not wrong and not await self._choices.keep(person(body), choice):
            wrong = {WHEN: texts.UNKNOWN}
        if wrong:
            await ack(response_action="errors", errors=dict(wrong))
            return
        await ack()
        self._parts.afterwards(self._parts.drawing.home(person(body)), body)

    async def _open(self, body: Body) -> None:
        """The window as things stand."""
        who = person(body)
        try:
            choice = await self._choices.of(who)
        except DatabaseAway:
            await self._parts.notice(NOT_SHOWN, body)
            return
        zone = self._parts.world().directory.zone_of(who)
        await self._parts.open(body, choose_modal(who, choice, zone))
