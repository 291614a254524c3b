"""What Slack tells Daypass of exceptions: asked for on a release's card, and reviewed afterwards."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.slack.answers import Body
from bot.slack.blocks import read_reason
from bot.slack.button_values import About
from bot.slack.context import ListenerContext, Why
from bot.slack.controls import Control
from bot.slack.releases.exceptions import lines, texts
from workflows.releases.exceptions.commands import RequestException, ReviewException

ASKING = "release.asking-exception"
JUSTIFYING = "release.exception-justifying"
NOT_JUSTIFYING = "release.exception-not-justifying"
REASONS: dict[str, Why] = {
    lines.ASK: (ASKING, texts.ASK, texts.WHY_ASK, "Ask"),
    lines.JUSTIFIED: (JUSTIFYING, texts.REVIEW, texts.WHY_JUSTIFIED, "Justified"),
    lines.UNJUSTIFIED: (NOT_JUSTIFYING, texts.REVIEW, texts.WHY_UNJUSTIFIED, "Not justified"),
}


class ExceptionListeners:
    """The listeners of exceptions. Their buttons and windows are attached with those of releases."""

    def __init__(self, parts: ListenerContext) -> None:
        self._parts = parts

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons of cards and messages: each asks why first."""
        return tuple(Control(name, About, self.ask_why) for name in REASONS)

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The windows that ask why."""
        return (
            Control(ASKING, About, self.asked),
            Control(JUSTIFYING, About, self.justified),
            Control(NOT_JUSTIFYING, About, self.unjustified),
        )

    async def ask_why(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.ask_why(ack, body, about, REASONS[body["actions"][0]["action_id"]])

    async def asked(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.submit(ack, body, RequestException(about.subject, read_reason(body["view"])))

    async def justified(self, ack: AsyncAck, body: Body, about: About) -> None:
        command = ReviewException(about.subject, "justified", read_reason(body["view"]))
        await self._parts.submit(ack, body, command)

    async def unjustified(self, ack: AsyncAck, body: Body, about: About) -> None:
        command = ReviewException(about.subject, "unjustified", read_reason(body["view"]))
        await self._parts.submit(ack, body, command)
