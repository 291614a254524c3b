"""What listeners work with: the ledger to act, the world to look at, and ways to show something."""

import asyncio
import html
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.models.blocks import Option
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.drawing import Drawing
from bot.slack.elements import MOST_OPTIONS, REASON, first_of, message, reason_modal, sections, sentences
from bot.slack.words import plain
from integrations.slack.board import Message
from integrations.slack.calls import call
from workflows.ledger import Ledger, Outcome
from workflows.ports import Permanent, Retryable
from workflows.workflow import Actor, Command, Refused, World

log = logging.getLogger(__name__)

SURFACE = "slack"
Body = Mapping[str, Any]
Why = tuple[str, str, str, str]
"""A window that asks for a reason: its callback, title, question, and the label of its button."""
ErrorsOf = Callable[[Refused, Mapping[str, Any]], dict[str, str]]
"""A refusal's sentences under the blocks of the view that they are about."""


def reason_errors_of(refusal: Refused, view: Mapping[str, Any]) -> dict[str, str]:
    """In a window that asks for a reason there is one block."""
    return {REASON: refusal.sentence}


@dataclass
class Parts:
    """Given to every listener."""

    ledger: Ledger
    drawing: Drawing
    client: AsyncWebClient
    world: Callable[[], World]
    _showing: set[asyncio.Task[None]] = field(default_factory=set)

    async def handle(self, command: Command, body: Body) -> Outcome:
        """Act as the person who clicked. One click counts once, however often Slack delivers it."""
        return await self.ledger.handle(
            command, Actor.person(person(body)), SURFACE, f"slack/{body['trigger_id']}"
        )

    def afterwards(self, showing: Awaitable[Any]) -> None:
        """Show something once the click is acknowledged. What must not be lost is an effect instead."""
        task = asyncio.create_task(_show(showing))
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)

    def answer(self, outcome: Outcome, body: Body) -> None:
        """Say why nothing was done, if so, and put the true card back in place of the one clicked."""
        if outcome.refusal:
            self.afterwards(self.notice(outcome.refusal.sentence, body))
        if not outcome.events or outcome.refusal:
            self.afterwards(self.drawing.subject(outcome.subject, again=True))

    async def act(self, ack: AsyncAck, body: Body, command: Command) -> None:
        """A button was pressed: done, or said why not, with the true card."""
        outcome = await self.handle(command, body)
        await ack()
        self.answer(outcome, body)

    async def ask_why(self, ack: AsyncAck, body: Body, window: Why) -> None:
        """A button was pressed that wants a reason first."""
        await ack()
        callback, title, question, label = window
        view = reason_modal(callback, value_of(body), title, question, label)
        self.afterwards(self.open(body, view))

    async def submit(
        self, ack: AsyncAck, body: Body, command: Command, errors_of: ErrorsOf = reason_errors_of
    ) -> None:
        """A window was submitted: refuse in place, or close it."""
        outcome = await self.handle(command, body)
        if outcome.refusal:
            await ack(response_action="errors", errors=errors_of(outcome.refusal, body["view"]))
        else:
            await ack()

    async def confirm(self, ack: AsyncAck, body: Body, command: Command) -> None:
        """A window without fields was submitted: close it, or say in its place why nothing was done."""
        outcome = await self.handle(command, body)
        if outcome.refusal:
            await ack(response_action="update", view=notice_modal(outcome.refusal.sentence).to_dict())
            self.afterwards(self.drawing.subject(outcome.subject, again=True))
        else:
            await ack()

    async def home(self, event: dict[str, Any]) -> None:
        """Somebody opened the app's Home tab."""
        if event.get("tab") == "home":
            self.afterwards(self.drawing.open_home(event["user"]))

    async def notice(self, words: str, body: Body) -> None:
        """Tell the person who clicked, and nobody else."""
        if url := body.get("response_url"):
            webhook = AsyncWebhookClient(str(url), session=self.client.session)
            said = message(plain(words), *sentences(words))
            await webhook.send(
                text=said.text,
                blocks=said.blocks,
                response_type="ephemeral",
                replace_original=False,
            )
        else:
            await self.open(body, notice_modal(words))

    async def open(self, body: Body, view: View) -> Body:
        """Open a window for the person who clicked; what `update` needs to replace it."""
        return await call(
            "views.open", self.client.views_open(trigger_id=body["trigger_id"], view=view.to_dict())
        )

    async def update(self, body: Body, view: View) -> None:
        """Replace the window that is open; not if it has changed since the person clicked."""
        shown = body["view"]
        update = self.client.views_update(view_id=shown["id"], hash=shown["hash"], view=view.to_dict())
        await call("views.update", update)


async def say(ack: AsyncAck, text: str) -> None:
    """Answer a command, for the eyes of whoever typed it."""
    said = answer(text)
    await ack(text=said.text, blocks=said.blocks, response_type="ephemeral")


def answer(markup: str) -> Message:
    """An answer for one person's eyes, all of it."""
    return message(markup, *sections(*markup.split("\n")))


async def offer(ack: AsyncAck, found: Sequence[Option]) -> None:
    """Answer Slack's question for choices: all of them, or the first and how many there are."""
    if len(found) > MOST_OPTIONS:
        await ack(option_groups=[first_of(found[:MOST_OPTIONS], len(found)).to_dict()])
    else:
        await ack(options=[one.to_dict() for one in found])


def typed_behind(body: Body) -> str:
    """What was typed behind the command."""
    return html.unescape(body.get("text") or "").strip()


def value_of(body: Body) -> str:
    """What the pressed button carries."""
    return str(body["actions"][0]["value"])


def person(body: Body) -> str:
    """Who clicked or typed, by Slack's signed word."""
    return str(body["user"]["id"] if "user" in body else body["user_id"])


def notice_modal(words: str) -> View:
    """A sentence in a window, where there is no message to answer under."""
    return View(type="modal", title="Daypass", close="Close", blocks=sentences(words))


async def _show(showing: Awaitable[Any]) -> None:
    try:
        await showing
    except (Retryable, Permanent) as error:
        log.warning("something could not be shown in Slack: %s", error)
    except Exception:
        log.exception("something could not be shown in Slack")
