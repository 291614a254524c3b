"""Block Kit's blocks and views with Slack's limits, and what Slack says of those that break them.

Source: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/views.
"""

import secrets
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from bot.demo.slack_sandbox.elements import (
    AccessoryElement,
    ActionElement,
    BlockId,
    ContextElement,
    FormElement,
    OptionGroup,
    PlainOption,
    PlainText,
    Strict,
    Text,
    at_most,
)
from bot.demo.slack_sandbox.rewriting import kept_blocks

Json = dict[str, Any]


class InvalidBlocks(Exception):
    """`messages` are Slack's words about each fault, with its place as a JSON pointer."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


class Block(Strict):
    block_id: BlockId | None = None


class Section(Block):
    type: Literal["section"]
    text: Text | None = None
    fields: Annotated[list[Annotated[Text, at_most(2000)]], Field(min_length=1, max_length=10)] | None = None
    accessory: AccessoryElement | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def says_something(self) -> "Section":
        if self.text is None and self.fields is None:
            raise ValueError("must have text or fields")
        return self


class Divider(Block):
    type: Literal["divider"]


class Header(Block):
    type: Literal["header"]
    text: Annotated[PlainText, at_most(150)]


class Actions(Block):
    type: Literal["actions"]
    elements: Annotated[list[ActionElement], Field(min_length=1, max_length=25)]


class Context(Block):
    type: Literal["context"]
    elements: Annotated[list[ContextElement], Field(min_length=1, max_length=10)]


class InputBlock(Block):
    type: Literal["input"]
    label: Annotated[PlainText, at_most(2000)]
    element: FormElement
    dispatch_action: bool | None = None
    hint: Annotated[PlainText, at_most(2000)] | None = None
    optional: bool | None = None


class ImageBlock(Block):
    type: Literal["image"]
    image_url: Annotated[str, Field(max_length=3000)]
    alt_text: Annotated[str, Field(min_length=1, max_length=2000)]
    title: Annotated[PlainText, at_most(2000)] | None = None


class RichText(Block):
    type: Literal["rich_text"]
    elements: list[Json]


AnyBlock = Annotated[
    Section | Divider | Header | Actions | Context | InputBlock | ImageBlock | RichText,
    Field(discriminator="type"),
]


class Modal(Strict):
    type: Literal["modal"]
    title: Annotated[PlainText, at_most(24)]
    blocks: Annotated[list[AnyBlock], Field(max_length=100)]
    submit: Annotated[PlainText, at_most(24)] | None = None
    close: Annotated[PlainText, at_most(24)] | None = None
    private_metadata: Annotated[str, Field(max_length=3000)] | None = None
    callback_id: Annotated[str, Field(max_length=255)] | None = None
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None
    external_id: Annotated[str, Field(max_length=255)] | None = None
    submit_disabled: bool | None = None

    @model_validator(mode="after")
    def can_be_submitted(self) -> "Modal":
        if self.submit is None and any(isinstance(block, InputBlock) for block in self.blocks):
            raise ValueError("a submit button is required when there is an input block")
        return self


class Home(Strict):
    type: Literal["home"]
    blocks: Annotated[list[AnyBlock], Field(max_length=100)]
    private_metadata: Annotated[str, Field(max_length=3000)] | None = None
    callback_id: Annotated[str, Field(max_length=255)] | None = None
    external_id: Annotated[str, Field(max_length=255)] | None = None


class Options(Strict):
    """What an app answers when a menu asks it for options."""

    options: Annotated[list[PlainOption], Field(max_length=100)] | None = None
    option_groups: Annotated[list[OptionGroup], Field(max_length=100)] | None = None


_OPTIONS = TypeAdapter(Options)
_MESSAGE = TypeAdapter(Annotated[list[AnyBlock], Field(max_length=50)])
_VIEW: TypeAdapter[Modal | Home] = TypeAdapter(Annotated[Modal | Home, Field(discriminator="type")])


def message_blocks(given: Any) -> list[Json]:
    """The blocks of a message as Slack keeps them. Raises InvalidBlocks."""
    return _with_ids(_checked(_MESSAGE, given, "/blocks"))


def checked_view(given: Any) -> Json:
    """A view, its blocks as Slack keeps them. Raises InvalidBlocks."""
    _checked(_VIEW, given, "/view")
    return {**given, "blocks": _with_ids(given["blocks"])}


def checked_options(given: Any) -> Json:
    """The options of a menu that asks the app for them. Raises InvalidBlocks."""
    _validated(_OPTIONS, given, "")
    return dict(given)


def _checked(adapter: TypeAdapter[Any], given: Any, where: str) -> Any:
    _validated(adapter, given, where)
    view = isinstance(given, dict)
    blocks = given["blocks"] if view else given
    wrong = [*_repeated(blocks), *_misplaced(blocks, given["type"] if view else "message")]
    if wrong:
        raise InvalidBlocks([f"[ERROR] {fault} [json-pointer:{where}]" for fault in wrong])
    return given


def _validated(adapter: TypeAdapter[Any], given: Any, where: str) -> None:
    try:
        adapter.validate_python(given)
    except ValidationError as error:
        raise InvalidBlocks(
            [
                f"[ERROR] {fault['msg']} [json-pointer:{where}{_pointer(fault['loc'])}]"
                for fault in error.errors()
            ]
        ) from None


def _pointer(place: tuple[int | str, ...]) -> str:
    return "".join(f"/{step}" for step in place)


def _repeated(blocks: list[Json]) -> Iterator[str]:
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        yield "block_id already exists"
    for block in blocks:
        elements = block.get("elements") or []
        actions = [one.get("action_id") for one in elements if isinstance(one, dict) and one.get("action_id")]
        if block["type"] == "actions" and len(actions) != len(set(actions)):
            yield "action_id already exists"


def _misplaced(blocks: list[Json], surface: str) -> Iterator[str]:
    """A number is asked for in a modal alone, and one element of a view has the focus."""
    elements = [element for block in blocks if isinstance(element := block.get("element"), dict)]
    if surface != "modal" and any(element["type"] == "number_input" for element in elements):
        yield "number_input is only available in modals"
    if sum(bool(element.get("focus_on_load")) for element in elements) > 1:
        yield "only one element can have focus_on_load"


def _with_ids(blocks: list[Json]) -> list[Json]:
    """Each has one, given by Slack if not by the app."""
    return [_with_id(kept_blocks(block)) for block in blocks]


def _with_id(block: Json) -> Json:
    named = {**block, "block_id": block.get("block_id") or secrets.token_urlsafe(4)}
    for place in ("element", "accessory"):
        if place in named:
            named[place] = _with_action_id(named[place])
    if named["type"] == "actions":
        named["elements"] = [_with_action_id(element) for element in named["elements"]]
    return named


def _with_action_id(element: Json) -> Json:
    if element["type"] == "image":
        return element
    return {**element, "action_id": element.get("action_id") or secrets.token_urlsafe(4)}


def characters(node: Any) -> int:
    """Of all text in blocks together."""
    if isinstance(node, list):
        return sum(map(characters, node))
    if not isinstance(node, dict):
        return 0
    own = len(node["text"]) if isinstance(node.get("text"), str) else 0
    return own + sum(map(characters, node.values()))


def elements_of(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each block with each of its interactive elements."""
    for block in blocks:
        for element in (block.get("element"), block.get("accessory"), *(block.get("elements") or [])):
            if isinstance(element, dict) and "action_id" in element:
                yield block, element
