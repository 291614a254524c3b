"""Blocks that every workflow's cards are built from."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    InputBlock,
    MarkdownTextObject,
    Option,
    OptionGroup,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.slack.message import Message
from bot.slack.mrkdwn import MAX_SECTION_CHARS, as_typed, cut, escape, indented, literal, packed, pieces
from bot.slack.texts import FIRST_OPTIONS, KEEP, SURE

MAX_FIELD_CHARS = 2_000
MAX_ENTITY_CHARS = len("&amp;")
MAX_CODE_CHARS = 2_900
REASON = "reason"
MAX_REASON_CHARS = 1_000
MAX_OPTIONS = 100
"""Slack shows no more choices at once; typing narrows them down."""
MAX_TEXT_BYTES = 3_900
"""Of a message's text for notifications: `chat.update` refuses more than 4,000 with `msg_too_long`."""
MAX_RULE_CHARS = 300
"""Of the rule's name in the fine print: bundle, levels, file and line."""
MAX_CONTEXT_CHARS, MAX_CONTEXT_ELEMENTS = 1_900, 10


def marked_up(markup: str, limit: int = MAX_SECTION_CHARS) -> MarkdownTextObject:
    """Markup in which Slack reads nothing that isn't marked: no bare address becomes a link, no @name a mention."""
    return MarkdownTextObject(text=cut(markup, limit), verbatim=True)


def message(text: str, *blocks: Block) -> Message:
    """A message of these blocks; `text`, which notifications and screen readers say, gives way to its limit."""
    limit = MAX_TEXT_BYTES
    while len(cut(text, limit).encode()) > MAX_TEXT_BYTES:
        limit -= 300
    return Message(cut(text, limit), blocks)


def section(markup: str) -> SectionBlock:
    return SectionBlock(text=marked_up(markup))


def sections(*lines: str) -> list[Block]:
    """All of the lines, in as many sections as they need."""
    return [section(text) for text in packed(lines)]


def sentences(words: str, limit: int | None = None) -> list[Block]:
    """All of the words, or as many as `limit` lets through, as text and nothing else, in as many sections as they need."""
    whole = literal(words, limit or len(words) * MAX_ENTITY_CHARS)
    texts = [PlainTextObject(text=piece, emoji=False) for piece in pieces(whole, MAX_SECTION_CHARS)]
    return [SectionBlock(text=text) for text in texts]


def code(typed: str) -> list[Block]:
    """All of it as it stands, in as many sections as it needs."""
    return [section(f"```{piece}```") for piece in pieces(escape(typed), MAX_CODE_CHARS)]


def beside(markup: str, element: ButtonElement) -> SectionBlock:
    """A section with a button at its side."""
    return SectionBlock(text=marked_up(markup), accessory=element)


def fields(*texts: str) -> SectionBlock:
    """Side by side, two in a row."""
    return SectionBlock(fields=[marked_up(text, MAX_FIELD_CHARS) for text in texts])


def typed(label: str, text: str, limit: int = MAX_SECTION_CHARS) -> SectionBlock:
    """What a person typed, as text and nothing else."""
    return sentence(f"{label}: {indented(text)}", limit)


def sentence(words: str, limit: int = MAX_SECTION_CHARS) -> SectionBlock:
    """Words as text and nothing else."""
    return SectionBlock(text=PlainTextObject(text=literal(words, limit), emoji=False))


def fine_print(markup: str) -> ContextBlock:
    texts = pieces(markup, MAX_CONTEXT_CHARS)[:MAX_CONTEXT_ELEMENTS]
    return ContextBlock(elements=[marked_up(text) for text in texts])


def fine_words(words: str, block_id: str | None = None) -> ContextBlock:
    """Small, as text and nothing else."""
    whole = literal(words, MAX_CONTEXT_CHARS * MAX_CONTEXT_ELEMENTS)
    texts = pieces(whole, MAX_CONTEXT_CHARS)[:MAX_CONTEXT_ELEMENTS]
    return ContextBlock(
        block_id=block_id, elements=[PlainTextObject(text=text, emoji=False) for text in texts]
    )


def buttons(*elements: ButtonElement) -> ActionsBlock:
    return ActionsBlock(elements=list(elements))


def button(
    label: str, action: str, value: str, style: str | None = None, confirm: ConfirmObject | None = None
) -> ButtonElement:
    return ButtonElement(text=label, action_id=action, value=value, style=style, confirm=confirm)


def sure(question: str) -> ConfirmObject:
    """Asks before something that is hard to take back."""
    return ConfirmObject(title=SURE, text=PlainTextObject(text=question), confirm="Yes", deny=KEEP)


def first_of(shown: Sequence[Option], found: int) -> OptionGroup:
    """As many choices as Slack shows at once, with how many there are."""
    return OptionGroup(label=FIRST_OPTIONS.format(shown=len(shown), found=found), options=shown)


def form_modal(callback: str, value: str, title: str, submit: str, blocks: Sequence[Block]) -> View:
    """A window to fill in; `value` is handed on with what was typed."""
    return View(
        type="modal",
        callback_id=callback,
        title=title,
        submit=submit,
        close="Cancel",
        private_metadata=value,
        blocks=blocks,
    )


def reason_modal(callback: str, value: str, title: str, question: str, label: str, words: str = "") -> View:
    """Asks for a reason before something is denied or ended; `words` stand in it already."""
    element = PlainTextInputElement(
        action_id=REASON,
        multiline=True,
        min_length=3,
        max_length=MAX_REASON_CHARS,
        initial_value=words[:MAX_REASON_CHARS] or None,
    )
    block = InputBlock(block_id=REASON, label=question, element=element)
    return form_modal(callback, value, title, label, [block])


def read_reason(view: Mapping[str, Any]) -> str:
    """What was typed into a reason modal."""
    held = view["state"]["values"].get(REASON, {}).get(REASON, {})
    return as_typed(held.get("value"))
