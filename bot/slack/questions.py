"""Asking back: an approver asks from *Details*, the requester answers from a message or *Details*; of every workflow alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.blocks import Block, ButtonElement, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.slack import texts
from bot.slack.answers import Body, in_window, person
from bot.slack.blocks import button, buttons, form_modal, message, section, sentences
from bot.slack.button_values import About, QuestionOf
from bot.slack.context import ListenerContext
from bot.slack.controls import Control, attach_buttons, attach_windows
from bot.slack.message import Message
from bot.slack.mrkdwn import as_typed, mention
from bot.slack.payload import is_subject
from workflows.access.state import KIND as ACCESS
from workflows.access.state import Access
from workflows.approval.approvers import deciders
from workflows.approval.questions import (
    MAX_CHARS,
    AnswerQuestion,
    AskQuestion,
    Question,
    QuestionAnswered,
    QuestionAsked,
    Questioned,
    question_of,
    unanswered,
)
from workflows.database.outage import DatabaseAway
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.releases.state import KIND as RELEASE
from workflows.releases.state import Release
from workflows.workflow import Refused

ASK, ANSWER = "question.ask", "question.answer"
"""The buttons."""
ASKING, ANSWERING = "question.asking", "question.answering"
"""The windows that they open."""
FIELD = "text"
STATES: Mapping[str, type[Access] | type[Release]] = {ACCESS: Access, RELEASE: Release}
NOTES = (QuestionAsked.action, QuestionAnswered.action)
"""Messages about questions; behind the name and a slash stands the question's number."""


def ask_buttons(state: Questioned, directory: Directory, reader: str) -> list[ButtonElement]:
    """For *Details*, while the reader may ask."""
    if state.status != "pending" or reader not in deciders(state, directory):
        return []
    return [button(texts.ASK_A_QUESTION, ASK, About(state.id).value)]


def question_blocks(state: Questioned, directory: Directory, reader: str) -> list[Block]:
    """For *Details*: what was asked and answered, with the button for whoever may answer."""
    mine = reader in directory.accounts_of(state.requester)
    waiting = unanswered(state) if mine else []
    return [
        block
        for one in state.questions
        for block in (
            *_asked(one),
            *([buttons(answer_button(state.id, one))] if one in waiting else []),
        )
    ]


def answer_button(subject: str, question: Question) -> ButtonElement:
    """For the requester, while the question has no answer."""
    return button("Answer", ANSWER, QuestionOf(subject, question.number).value)


def question_note(state: Questioned, name: str, what: str) -> Message | None:
    """The message about a question or its answer; None for any other name. `what` is markup of the subject."""
    event, _, number = name.partition("/")
    if event not in NOTES:
        return None
    asked = question_of(state, number or str(len(state.questions)))
    if asked is None:
        return message(texts.NO_QUESTION, section(texts.NO_QUESTION))
    if event == QuestionAnswered.action:
        text = texts.ANSWERED_YOU.format(who=mention(state.requester), what=what)
        return message(text, section(text), *_asked(asked))
    text = texts.ASKED_YOU.format(who=mention(asked.by), what=what)
    pressed = [buttons(answer_button(state.id, asked))] if asked in unanswered(state) else []
    return message(text, section(text), *_asked(asked), *pressed)


def _asked(question: Question) -> list[Block]:
    answer = sentences(texts.ANSWER.format(text=question.answer)) if question.answer else []
    return [
        section(texts.QUESTION_OF.format(who=mention(question.by))),
        *sentences(question.question or ""),
        *answer,
    ]


class Questions:
    """Listens to *Ask a question* and *Answer*, and to their windows."""

    def __init__(self, parts: ListenerContext, reads: Repository) -> None:
        self._parts = parts
        self._reads = reads

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        attach_buttons(app, self._parts, self.buttons)
        attach_windows(app, self._parts, self.windows)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons."""
        return (Control(ASK, About, self.ask), Control(ANSWER, QuestionOf, self.answer))

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The windows."""
        return (Control(ASKING, About, self.asked), Control(ANSWERING, QuestionOf, self.answered))

    async def ask(self, ack: AsyncAck, body: Body, about: About) -> None:
        await ack()
        self._parts.afterwards(self._show(body, _ask_modal(about)), body)

    async def answer(self, ack: AsyncAck, body: Body, about: QuestionOf) -> None:
        await ack()
        self._parts.afterwards(self._answer(about, body), body)

    async def asked(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._submit(ack, body, AskQuestion(about.subject, _typed(body["view"])))

    async def answered(self, ack: AsyncAck, body: Body, about: QuestionOf) -> None:
        await self._submit(ack, body, AnswerQuestion(about.subject, about.number, _typed(body["view"])))

    async def _submit(self, ack: AsyncAck, body: Body, command: AskQuestion | AnswerQuestion) -> None:
        if _state_of(command.subject) is None:
            await ack(response_action="errors", errors={FIELD: texts.NO_QUESTION})
            return
        await self._parts.submit(ack, body, command, _errors_of)

    async def _answer(self, about: QuestionOf, body: Body) -> None:
        kind = _state_of(about.subject)
        try:
            state = await self._reads.find(kind, about.subject) if kind else None
        except DatabaseAway:
            await self._parts.notice(texts.NOT_SHOWN, body)
            return
        question = question_of(state, about.number) if state else None
        mine = state and person(body) in self._parts.world().directory.accounts_of(state.requester)
        if question is None or not mine:
            await self._parts.notice(texts.NO_QUESTION, body)
            return
        await self._show(body, _answer_modal(about, question))

    async def _show(self, body: Body, view: View) -> None:
        await (self._parts.update(body, view) if in_window(body) else self._parts.open(body, view))


def _state_of(subject: str) -> type[Access] | type[Release] | None:
    return next((state for kind, state in STATES.items() if is_subject(kind, subject)), None)


def _ask_modal(about: About) -> View:
    return form_modal(ASKING, about.value, texts.ASK_A_QUESTION, "Ask", [_field("Question", texts.ASK_HINT)])


def _answer_modal(about: QuestionOf, question: Question) -> View:
    blocks = [*_asked(question), _field("Answer", texts.ANSWER_HINT)]
    return form_modal(ANSWERING, about.value, "Answer", "Send", blocks)


def _field(label: str, hint: str) -> InputBlock:
    element = PlainTextInputElement(action_id=FIELD, multiline=True, max_length=MAX_CHARS)
    return InputBlock(block_id=FIELD, label=label, hint=hint, element=element)


def _errors_of(refusal: Refused, view: Mapping[str, Any]) -> dict[str, str]:
    return {FIELD: refusal.sentence}


def _typed(view: Mapping[str, Any]) -> str:
    held = view["state"]["values"].get(FIELD, {}).get(FIELD, {})
    return as_typed(held.get("value"))
