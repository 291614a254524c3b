"""Approving for less, from *Details*, and accepting its conditions: the window, and what is listened to."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.blocks import Block, ButtonElement, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.slack import texts as common
from bot.slack.access import texts
from bot.slack.access.cards import ACCEPT, shown
from bot.slack.access.details import facts_of, fine_print_of
from bot.slack.access.modals import MAX_FACT_CHARS
from bot.slack.access.status import condition_lines, headline
from bot.slack.answers import Body, in_window, person
from bot.slack.blocks import button, fine_print, form_modal, section, sections
from bot.slack.button_values import About, Shown
from bot.slack.context import ListenerContext
from bot.slack.controls import Control, attach_buttons, attach_windows
from bot.slack.layout import Facts, Prose
from bot.slack.mrkdwn import as_typed, mention, plain
from workflows.access.commands import ReviewAccess
from workflows.access.conditions import MAX_CONDITION_CHARS, AcceptConditions
from workflows.access.decide_acceptance import unread
from workflows.access.state import Access
from workflows.approval.approvers import waits_for
from workflows.database.outage import DatabaseAway
from workflows.durations import DurationError, parse_duration, spell_duration
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.workflow import Refused

LESS = "access.less"
"""The window."""
ACCEPTANCE = "access.acceptance"
"""The window in which conditions are accepted that a card has no room for."""
APPROVE_LESS = "less.approve"
"""Its button, under *Details* alone: no card has it, so none can be redrawn with it."""
HOW_LONG, CONDITION = "duration", "condition"
"""Its blocks, and the fields of a refusal."""
MAX_DURATION_CHARS = 40


def less_buttons(state: Access, directory: Directory, reader: str) -> list[ButtonElement]:
    """For *Details*, where the reader's approval is wanted."""
    if state.offered_at or not waits_for(state, directory, reader):
        return []
    return [button(texts.APPROVE_FOR_LESS, APPROVE_LESS, About(state.id).value)]


def less_modal(state: Access) -> View:
    """All that is approved, with what can be taken off; pressing Approve here is the review."""
    blocks: list[Block] = [
        section(texts.ASKS.format(who=mention(state.requester), what=plain(state.terms.title))),
        *Facts(facts_of(state)).draw(MAX_FACT_CHARS).blocks,
        *Prose("Why", state.justification).whole(),
        *sections(*condition_lines(state)),
        _how_long(state),
        _condition(),
        fine_print(f"{texts.LESS}\n{fine_print_of(state)}"),
    ]
    return form_modal(LESS, shown(state).value, texts.LESS_TITLE, "Approve", blocks)


def acceptance_modal(state: Access) -> View:
    """All that is accepted, from what is stored; pressing Accept here accepts it."""
    blocks: list[Block] = [
        section(texts.ACCEPTS.format(headline=headline(state, "requester"))),
        *sections(*condition_lines(state)),
        *Facts(facts_of(state)).draw(MAX_FACT_CHARS).blocks,
        fine_print(f"{texts.CONFIRM_ACCEPTANCE}\n{fine_print_of(state)}"),
    ]
    return form_modal(ACCEPTANCE, shown(state).value, texts.ACCEPT_TITLE, "Accept", blocks)


def _how_long(state: Access) -> InputBlock:
    most = spell_duration(state.approved_seconds)
    return InputBlock(
        block_id=HOW_LONG,
        label="Duration",
        hint=texts.LESS_HINT.format(most=most),
        element=PlainTextInputElement(
            action_id=HOW_LONG, initial_value=most[:MAX_DURATION_CHARS], max_length=MAX_DURATION_CHARS
        ),
    )


def _condition() -> InputBlock:
    return InputBlock(
        block_id=CONDITION,
        label="Condition",
        hint=texts.CONDITION_HINT,
        optional=True,
        element=PlainTextInputElement(action_id=CONDITION, multiline=True, max_length=MAX_CONDITION_CHARS),
    )


class ForLess:
    """Listens to *Approve for less…*, its window, and *Accept*."""

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
        return (
            Control(APPROVE_LESS, About, self.open),
            Control(ACCEPT, Shown, self.accept),
        )

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The windows."""
        return (Control(LESS, Shown, self.approved), Control(ACCEPTANCE, Shown, self.accepted))

    async def open(self, ack: AsyncAck, body: Body, about: About) -> None:
        await ack()
        self._parts.afterwards(self._open(about.subject, body), body)

    async def approved(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        duration, condition = (_typed(body["view"], block) for block in (HOW_LONG, CONDITION))
        try:
            seconds = parse_duration(duration)
        except DurationError as error:
            await ack(response_action="errors", errors={HOW_LONG: f"{error}."})
            return
        command = ReviewAccess(
            shown.subject,
            "approve",
            shown.digest,
            shown.policy,
            confirmed=True,
            seconds=seconds,
            condition=condition or None,
        )
        await self._parts.submit(ack, body, command, errors_of)

    async def accept(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        """At once, or in the window that has all of the conditions."""
        command = AcceptConditions(shown.subject, shown.digest)
        outcome = await self._parts.handle(command, body)
        await ack()
        undecided = outcome.state and not (outcome.refusal or outcome.events)
        if undecided and unread(outcome.state, command):
            self._parts.afterwards(self._parts.open(body, acceptance_modal(outcome.state)), body)
        else:
            self._parts.answer(outcome, body)

    async def accepted(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        command = AcceptConditions(shown.subject, shown.digest, confirmed=True)
        await self._parts.confirm(ack, body, command)

    async def _open(self, subject: str, body: Body) -> None:
        try:
            state = await self._reads.find(Access, subject)
        except DatabaseAway:
            await self._parts.notice(common.NOT_SHOWN, body)
            return
        if state is None or not less_buttons(state, self._parts.world().directory, person(body)):
            await self._parts.notice(texts.NOT_YOURS_TO_APPROVE, body)
            return
        view = less_modal(state)
        await (self._parts.update(body, view) if in_window(body) else self._parts.open(body, view))


def errors_of(refusal: Refused, view: Mapping[str, Any]) -> dict[str, str]:
    """A refusal's sentences under the fields that they are about."""
    fields = {name: sentence for name, sentence in refusal.fields.items() if name in (HOW_LONG, CONDITION)}
    return fields or {HOW_LONG: refusal.sentence}


def _typed(view: Mapping[str, Any], block: str) -> str:
    held = view["state"]["values"].get(block, {}).get(block, {})
    return as_typed(held.get("value")).strip()
