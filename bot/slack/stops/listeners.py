"""How the red button is pressed in Slack: a command, a window that lists what will end, and *Lift* on the card."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from ulid import ULID

from bot.slack.answers import Body, person
from bot.slack.blocks import read_reason
from bot.slack.button_values import About, PressOf
from bot.slack.context import ListenerContext, say, typed_behind
from bot.slack.controls import Control, attach_buttons, attach_windows
from bot.slack.stops import cards, modals, texts
from bot.slack.stops.typed_command import TypedStop, is_stop, read_stop
from bot.slack.texts import NOT_SHOWN
from workflows.access.stopping import affected
from workflows.database.outage import DatabaseAway
from workflows.ledger.repository import Repository
from workflows.system.stops.aim import aim_at
from workflows.system.stops.commands import LiftStop, PressStop
from workflows.system.stops.refusals import not_allowed
from workflows.system.stops.rights import may_press
from workflows.system.stops.state import KIND


async def _is_stop(body: dict[str, Any]) -> bool:
    return is_stop(typed_behind(body))


class Listeners:
    """The listeners of emergency stops, over their parts. Attach them before those of access."""

    def __init__(self, parts: ListenerContext, reads: Repository) -> None:
        self._parts = parts
        self._reads = reads

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        app.command("/access", matchers=[_is_stop])(self.stop)
        attach_buttons(app, self._parts, self.buttons)
        attach_windows(app, self._parts, self.windows)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons of the cards."""
        return (Control(cards.LIFT, About, self.ask_why),)

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The windows in which it is pressed and lifted."""
        return (
            Control(modals.PRESS, PressOf, self.pressed),
            Control(modals.LIFTING, About, self.lifted),
        )

    async def stop(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        world, who = self._parts.world(), person(body)
        read = read_stop(typed_behind(body), who, world.bundle, world.directory)
        fault = read.fault
        if not fault and not may_press(world, who, read.person, read.target):
            fault = not_allowed(own=read.person is not None).sentence
        if fault:
            await say(ack, fault)
            return
        await ack()
        self._parts.afterwards(self._open(read, body), body)

    async def pressed(self, ack: AsyncAck, body: Body, pressed: PressOf) -> None:
        reason = read_reason(body["view"])
        command = PressStop(pressed.subject, reason, pressed.person or None, pressed.target or None)
        await self._parts.submit(ack, body, command)

    async def ask_why(self, ack: AsyncAck, body: Body, about: About) -> None:
        window = (modals.LIFTING, texts.LIFT_TITLE, texts.WHY_LIFT, "Lift")
        await self._parts.ask_why(ack, body, about, window)

    async def lifted(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.submit(ack, body, LiftStop(about.subject, read_reason(body["view"])))

    async def _open(self, read: TypedStop, body: Body) -> None:
        """The window with all that will end, as it stands now."""
        aim = aim_at(self._parts.world().directory, read.person, read.target)
        try:
            found = await affected(self._reads, aim)
        except DatabaseAway:
            await self._parts.notice(NOT_SHOWN, body)
            return
        listed = [one for one in found if not one.private or one.requester == person(body)]
        pressed = PressOf(f"{KIND}_{ULID()}", person=read.person or "", target=read.target or "")
        await self._parts.open(body, modals.press_modal(pressed, aim, listed, read.reason))
