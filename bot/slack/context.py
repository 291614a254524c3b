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

from bot.slack import texts
from bot.slack.answers import Answers, Body, marked, notice, person, said
from bot.slack.blocks import MAX_OPTIONS, REASON, first_of, reason_modal
from bot.slack.button_values import About
from bot.slack.renderer import Renderer
from workflows.ledger.ledger import Ledger
from workflows.ledger.repeated_commands import words_of
from workflows.ledger.work import Outcome
from workflows.ports import Permanent, Retryable
from workflows.workflow import Actor, Command, Refused, World

log = logging.getLogger(__name__)

LEAVING_SECONDS = 0.005
"""In which an acknowledgement leaves before anything that follows it is worked on."""

SURFACE = "slack"
Why = tuple[str, str, str, str]
"""A window that asks for a reason: its callback, title, question, and the label of its button."""
ErrorsOf = Callable[[Refused, Mapping[str, Any]], dict[str, str]]
"""A refusal's sentences under the blocks of the view that they are about."""


def reason_errors_of(refusal: Refused, view: Mapping[str, Any]) -> dict[str, str]:
    """In a window that asks for a reason there is one block."""
    return {REASON: refusal.sentence}


@dataclass
class ListenerContext:
    """Given to every listener."""

    ledger: Ledger
    drawing: Renderer
    answers: Answers
    world: Callable[[], World]
    console: str = ""
    """The console's address, without a slash at its end; empty if there is none."""
    _showing: set[asyncio.Task[None]] = field(default_factory=set)

    async def handle(self, command: Command, body: Body) -> Outcome:
        """Act as the person who clicked. One click counts once, however often Slack delivers it."""
        return await self.ledger.handle(
            command, Actor.person(person(body)), SURFACE, f"slack/{body['trigger_id']}"
        )

    async def start(self, command: Command, body: Body) -> Outcome:
        """Begin something as the person who asked. The same words within a minute lead to what they began first."""
        actor = Actor.person(person(body))
        key = f"slack/{body['trigger_id']}"
        return await self.ledger.handle(command, actor, SURFACE, key, words_of(actor, command))

    def afterwards(self, showing: Awaitable[Any], body: Body | None = None) -> None:
        """Show something once the click is acknowledged; if Daypass itself fails at it, say so to whoever clicked.

        What must not be lost is an effect instead.
        """
        task = asyncio.create_task(self._show(showing, body))
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)

    async def drain(self, seconds: float) -> None:
        """Wait for what is being shown; what takes longer is given up."""
        if self._showing:
            await asyncio.wait(self._showing, timeout=seconds)

    def answer(self, outcome: Outcome, body: Body) -> None:
        """Say why nothing was done, if so, and put the true card back in place of the one clicked."""
        if outcome.refusal:
            self.afterwards(self.notice(outcome.refusal.sentence, body), body)
            self.afterwards(self.drawing.subject(outcome.subject, again=True))
        elif not outcome.events:
            self.afterwards(self._redraw(outcome.subject, body), body)

    async def act(self, ack: AsyncAck, body: Body, command: Command) -> None:
        """A button was pressed: done, or said why not, with the true card."""
        outcome = await self.handle(command, body)
        await ack()
        self.answer(outcome, body)

    async def ask_why(self, ack: AsyncAck, body: Body, about: About, window: Why) -> None:
        """A button was pressed that wants a reason first; the window carries what the button does."""
        await ack()
        callback, title, question, label = window
        view = reason_modal(callback, about.value, title, question, label)
        self.afterwards(self.open(body, view), body)

    async def submit(
        self, ack: AsyncAck, body: Body, command: Command, errors_of: ErrorsOf = reason_errors_of
    ) -> None:
        """A window was submitted: refuse in place, or close it."""
        outcome = await self.handle(command, body)
        if outcome.refusal:
            await ack(response_action="errors", errors=errors_of(outcome.refusal, body["view"]))
        else:
            await ack()

    async def propose(
        self,
        ack: AsyncAck,
        body: Body,
        command: Command,
        errors_of: ErrorsOf,
        named: Callable[[Any], str],
    ) -> Any:
        """A window that begins something was submitted: refuse in place, close it, or say what it began before.

        Returns the state that it began, or None.
        """
        outcome = await self.start(command, body)
        if outcome.refusal:
            await ack(response_action="errors", errors=errors_of(outcome.refusal, body["view"]))
        elif outcome.subject != command.subject:
            view = notice_modal(already(named(outcome.state)))
            await ack(response_action="update", view=view.to_dict())
        else:
            await ack()
            return outcome.state if outcome.events else None
        return None

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
        await self.answers.tell(body, said(words))

    async def open(self, body: Body, view: View) -> Body | None:
        """Open a window for the person who clicked; None if it didn't open, which they know then."""
        return await self.answers.open(body, view)

    async def update(self, body: Body, view: View, opened: Body | None = None) -> None:
        """Replace the window in which the person clicked, or one `opened` since."""
        await self.answers.update(body, view, opened)

    async def _redraw(self, subject: str, body: Body) -> None:
        """Put the true card back in place of one on which there was nothing left to do."""
        try:
            await self.drawing.subject(subject, again=True)
        except (Retryable, Permanent) as error:
            log.warning("the card of %s could not be drawn again: %s", subject, error)
            await self.answers.tell(body, said(texts.NOT_REDRAWN))

    async def _show(self, showing: Awaitable[Any], body: Body | None) -> None:
        await asyncio.sleep(LEAVING_SECONDS)
        try:
            await showing
        except (Retryable, Permanent) as error:
            log.warning("something could not be shown in Slack: %s", error)
        except Exception:
            log.exception("something could not be shown in Slack")
            if body is not None:
                await self.answers.tell(body, said(texts.NOT_SHOWN))


def already(name: str) -> str:
    """What somebody is told who sends the same again within a minute."""
    return texts.SENT_TWICE.format(name=name)


async def say(ack: AsyncAck, text: str) -> None:
    """Answer a command, for the eyes of whoever typed it."""
    await ack(**marked(text).sent, response_type="ephemeral")


async def offer(ack: AsyncAck, found: Sequence[Option]) -> None:
    """Answer Slack's question for choices: all of them, or the first and how many there are."""
    if len(found) > MAX_OPTIONS:
        await ack(option_groups=[first_of(found[:MAX_OPTIONS], len(found)).to_dict()])
    else:
        await ack(options=[one.to_dict() for one in found])


def typed_behind(body: Body) -> str:
    """What was typed behind the command."""
    return html.unescape(body.get("text") or "").strip()


def value_of(body: Body) -> str:
    """What the pressed button carries."""
    return str(body["actions"][0]["value"])


def notice_modal(words: str) -> View:
    """A sentence in a window, where there is no message to answer under."""
    return notice(said(words))
