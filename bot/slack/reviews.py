"""Approving from a button, and taking one's own approval back while the rest is pending: of every workflow alike.

*Take back* stands only where its reader alone sees it: in the answer to a second click, under *Details*, in the App Home.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.slack import texts
from bot.slack.answers import Body, Words, in_window, marked, notice, person, said
from bot.slack.approvers import waiting_for
from bot.slack.blocks import button, buttons, section
from bot.slack.button_values import About
from bot.slack.context import ListenerContext
from bot.slack.controls import Control, attach_buttons
from bot.slack.passkeys import needs_passkey, way_to_page
from bot.slack.payload import is_subject
from workflows.access.commands import ReviewAccess
from workflows.access.state import KIND as ACCESS
from workflows.approval.approvers import managing, satisfied, to_ask
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.approval.staged import Staged
from workflows.ports import Directory
from workflows.releases.commands import ReviewRelease
from workflows.releases.state import KIND as RELEASE

TAKE_BACK = "review.take-back"
Review = ReviewAccess | ReviewRelease


@dataclass(frozen=True)
class Approving:
    """What approving means in one workflow: when it asks to be confirmed, in which window, and where it stands then."""

    unconfirmed: Callable[[Any, Any], bool]
    window: Callable[[Any], View]
    standing: Callable[[Any, Directory], str]


async def approve(parts: ListenerContext, ack: AsyncAck, body: Body, command: Review, how: Approving) -> None:
    """Decide at once, or open the window in which it is confirmed; a second click says what the first one did."""
    outcome = await parts.handle(command, body)
    await ack()
    undecided = outcome.state and not (outcome.refusal or outcome.events)
    if undecided and has_approved(outcome.state, person(body)):
        directory = parts.world().directory
        words = approved_already(outcome.state, directory, how.standing(outcome.state, directory))
        parts.afterwards(parts.answers.tell(body, words), body)
        parts.answer(outcome, body)
    elif undecided and needs_passkey(outcome.state):
        parts.afterwards(parts.open(body, way_to_page(outcome.subject, parts.console)), body)
    elif undecided and how.unconfirmed(outcome.state, command):
        parts.afterwards(parts.open(body, how.window(outcome.state)), body)
    else:
        parts.answer(outcome, body)


async def confirm(parts: ListenerContext, ack: AsyncAck, body: Body, command: Review) -> None:
    """Approve was pressed in the window that confirms."""
    await parts.confirm(ack, body, replace(command, confirmed=True))


class TakingBack:
    """Listens to *Take back*."""

    def __init__(self, parts: ListenerContext) -> None:
        self._parts = parts

    def attach(self, app: AsyncApp) -> None:
        """Attach it to the Bolt app."""
        attach_buttons(app, self._parts, self.buttons)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """Of what only its reader sees."""
        return (Control(TAKE_BACK, About, self.take_back),)

    async def take_back(self, ack: AsyncAck, body: Body, about: About) -> None:
        subject = about.subject
        if not (is_subject(ACCESS, subject) or is_subject(RELEASE, subject)):
            await ack()
            self._parts.afterwards(self._parts.notice(texts.GONE, body), body)
            return
        outcome = await self._parts.handle(WithdrawReview(subject), body)
        await ack()
        told = outcome.refusal.sentence if outcome.refusal else texts.TAKEN_BACK
        self._parts.afterwards(self._tell(told, body), body)
        if not outcome.events:
            self._parts.afterwards(self._parts.drawing.subject(outcome.subject, again=True))

    async def _tell(self, sentence: str, body: Body) -> None:
        if in_window(body):
            await self._parts.update(body, notice(said(sentence)))
        else:
            await self._parts.notice(sentence, body)


def has_approved(state: Any, person: str) -> bool:
    """Whether this person has approved it already."""
    return any(one.reviewer == person and one.verdict == "approve" for one in state.reviews)


def approved_already(state: Staged, directory: Directory, standing: str) -> Words:
    """Answer a second click on one's own approval; `standing` is markup about where it stands."""
    if state.status != "pending":
        return marked(f"{texts.APPROVED} {standing}.")
    words = marked(f"{waiting_line(state, directory)}.")
    return Words(words.text, (*words.blocks, buttons(take_back_button(state.id))))


def waiting_line(state: Staged, directory: Directory) -> str:
    """Say to whoever has approved what it still waits for, in markup."""
    managed = managing(state, directory)
    needed = waiting_for(to_ask(state, directory), state.escalated, managed=managed)
    nobody = texts.THE_REQUESTER if satisfied(state, directory) else texts.APPROVAL
    return texts.WAITING.format(who=needed or nobody)


def own_approval(state: Any, person: str) -> list[Block]:
    """For *Details*: one's own approval with the button that takes it back; nothing if there is none to take back."""
    if state.status != "pending" or not has_approved(state, person):
        return []
    return [section(texts.APPROVED), buttons(take_back_button(state.id))]


def take_back_button(subject: str) -> ButtonElement:
    """For whoever has approved what is still pending."""
    return button("Take back", TAKE_BACK, About(subject).value)
