"""What Slack tells Daypass of requests for somebody else: accepted, declined, withdrawn."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.access.on_behalf import lines
from bot.slack.answers import Body
from bot.slack.button_values import About, Shown
from bot.slack.context import ListenerContext
from bot.slack.controls import Control, attach_buttons
from workflows.access.commands import WithdrawAccess
from workflows.access.on_behalf.commands import AcceptProposal, DeclineProposal


class OnBehalf:
    """Listens to the buttons."""

    windows: Sequence[Control[Any]] = ()

    def __init__(self, parts: ListenerContext) -> None:
        self._parts = parts

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        attach_buttons(app, self._parts, self.buttons)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons of the card of whom it is for, and of the message to whoever asked."""
        return (
            Control(lines.ACCEPT, Shown, self.accept),
            Control(lines.DECLINE, About, self.decline),
            Control(lines.WITHDRAW, About, self.withdraw),
        )

    async def accept(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        await self._parts.act(ack, body, AcceptProposal(shown.subject, shown.digest))

    async def decline(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, DeclineProposal(about.subject))

    async def withdraw(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, WithdrawAccess(about.subject))
