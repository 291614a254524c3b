"""Every limit of Slack's that the sandbox holds: how much there may be, of what, and where Slack says so.

The tests try each at its limit and one beyond; docs/slack-sandbox.md lists them from here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.demo.slack_sandbox.blocks import checked_options, checked_view, message_blocks

KIT = "https://docs.slack.dev/reference/block-kit"
BLOCKS, ELEMENTS, OBJECTS = f"{KIT}/blocks", f"{KIT}/block-elements", f"{KIT}/composition-objects"
VIEWS = "https://docs.slack.dev/reference/views"
Json = dict[str, Any]


@dataclass(frozen=True)
class Limit:
    """`check` raises if something with so many is more than Slack takes."""

    what: str
    most: int
    page: str
    check: Callable[[int], object]


def plain(count: int) -> Json:
    return {"type": "plain_text", "text": "x" * count}


def mrkdwn(count: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * count}


def option(text: int = 1, value: int = 1, **more: Any) -> Json:
    return {"text": plain(text), "value": "v" * value, **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(1), **more}


def select(count: int = 1, **more: Any) -> Json:
    return {"type": "static_select", "options": [option(value=number + 1) for number in range(count)], **more}


def group(label: int = 1, count: int = 1) -> Json:
    return {"label": plain(label), "options": [option()] * count}


def confirm(**more: Any) -> Json:
    parts = {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1), **more}
    return button(confirm=parts)


def section(**more: Any) -> Json:
    return {"type": "section", "text": plain(1), **more}


def form(element: Json | None = None, **more: Any) -> Json:
    return {"type": "input", "label": plain(1), "element": element or {"type": "plain_text_input"}, **more}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://x.example", "alt_text": "x", **more}


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain(1), "submit": plain(1), "blocks": [], **more}


def message(*blocks: Json) -> object:
    return message_blocks(list(blocks))


def actions(*elements: Json) -> object:
    return message({"type": "actions", "elements": list(elements)})


def choices(kind: str, count: int) -> object:
    return actions({"type": kind, "options": [option()] * count})


def menu(**more: Any) -> object:
    return actions({"type": "static_select", **more})


def of_blocks(name: str) -> str:
    return f"{BLOCKS}/{name}-block"


def of_elements(name: str) -> str:
    return f"{ELEMENTS}/{name}-element"


MESSAGE = f"{KIT}/blocks"
BUTTON, SELECT, TYPED = of_elements("button"), of_elements("select-menu"), of_elements("plain-text-input")
OPTION, GROUP, CONFIRM = (
    f"{OBJECTS}/{name}-object" for name in ("option", "option-group", "confirmation-dialog")
)
MODAL, HOME = f"{VIEWS}/modal-views", f"{VIEWS}/home-tab-views"

LIMITS = (
    Limit("blocks in a message", 50, MESSAGE, lambda n: message(*[section()] * n)),
    Limit("characters of a block_id", 255, MESSAGE, lambda n: message(section(block_id="x" * n))),
    Limit(
        "characters of a section's text",
        3000,
        of_blocks("section"),
        lambda n: message(section(text=mrkdwn(n))),
    ),
    Limit("fields in a section", 10, of_blocks("section"), lambda n: message(section(fields=[plain(1)] * n))),
    Limit(
        "characters of a field", 2000, of_blocks("section"), lambda n: message(section(fields=[mrkdwn(n)]))
    ),
    Limit(
        "characters of a header",
        150,
        of_blocks("header"),
        lambda n: message({"type": "header", "text": plain(n)}),
    ),
    Limit("elements in an actions block", 25, of_blocks("actions"), lambda n: actions(*[button()] * n)),
    Limit(
        "elements in a context block",
        10,
        of_blocks("context"),
        lambda n: message({"type": "context", "elements": [mrkdwn(1)] * n}),
    ),
    Limit(
        "characters of an input's label", 2000, of_blocks("input"), lambda n: message(form(label=plain(n)))
    ),
    Limit("characters of an input's hint", 2000, of_blocks("input"), lambda n: message(form(hint=plain(n)))),
    Limit(
        "characters of an image's address",
        3000,
        of_blocks("image"),
        lambda n: message(image(image_url="x" * n)),
    ),
    Limit(
        "characters of an image's alt text",
        2000,
        of_blocks("image"),
        lambda n: message(image(alt_text="x" * n)),
    ),
    Limit(
        "characters of an image's title", 2000, of_blocks("image"), lambda n: message(image(title=plain(n)))
    ),
    Limit("characters of an action_id", 255, BUTTON, lambda n: actions(button(action_id="x" * n))),
    Limit("characters on a button", 75, BUTTON, lambda n: actions(button(text=plain(n)))),
    Limit("characters of a button's value", 2000, BUTTON, lambda n: actions(button(value="x" * n))),
    Limit("characters of a button's address", 3000, BUTTON, lambda n: actions(button(url="x" * n))),
    Limit(
        "characters of a button's label", 75, BUTTON, lambda n: actions(button(accessibility_label="x" * n))
    ),
    Limit("characters of a dialog's title", 100, CONFIRM, lambda n: actions(confirm(title=plain(n)))),
    Limit("characters of a dialog's text", 300, CONFIRM, lambda n: actions(confirm(text=plain(n)))),
    Limit("characters on a dialog's first button", 30, CONFIRM, lambda n: actions(confirm(confirm=plain(n)))),
    Limit("characters on a dialog's second button", 30, CONFIRM, lambda n: actions(confirm(deny=plain(n)))),
    Limit("options in a menu", 100, SELECT, lambda n: actions(select(n))),
    Limit("groups in a menu", 100, SELECT, lambda n: menu(option_groups=[group()] * n)),
    Limit("characters of a placeholder", 150, SELECT, lambda n: actions(select(placeholder=plain(n)))),
    Limit("options in a group", 100, GROUP, lambda n: menu(option_groups=[group(count=n)])),
    Limit("characters of a group's label", 75, GROUP, lambda n: menu(option_groups=[group(label=n)])),
    Limit("characters of an option", 75, OPTION, lambda n: menu(options=[option(text=n)])),
    Limit("characters of an option's value", 150, OPTION, lambda n: menu(options=[option(value=n)])),
    Limit(
        "characters of an option's description",
        75,
        OPTION,
        lambda n: menu(options=[option(description=plain(n))]),
    ),
    Limit(
        "characters of an option's address",
        3000,
        OPTION,
        lambda n: actions({"type": "overflow", "options": [option(url="x" * n)]}),
    ),
    Limit("options in an overflow menu", 5, of_elements("overflow-menu"), lambda n: choices("overflow", n)),
    Limit("checkboxes", 10, of_elements("checkboxes"), lambda n: choices("checkboxes", n)),
    Limit("radio buttons", 10, of_elements("radio-button-group"), lambda n: choices("radio_buttons", n)),
    Limit(
        "characters that a text input begins with",
        3000,
        TYPED,
        lambda n: message(form({"type": "plain_text_input", "initial_value": "x" * n})),
    ),
    Limit(
        "characters that a text input may ask for",
        3000,
        TYPED,
        lambda n: message(form({"type": "plain_text_input", "max_length": n})),
    ),
    Limit(
        "options answered to a menu that asks the app",
        100,
        SELECT,
        lambda n: checked_options({"options": [option()] * n}),
    ),
    Limit("blocks in a modal", 100, MODAL, lambda n: checked_view(modal(blocks=[section()] * n))),
    Limit("characters of a modal's title", 24, MODAL, lambda n: checked_view(modal(title=plain(n)))),
    Limit("characters on a modal's submit button", 24, MODAL, lambda n: checked_view(modal(submit=plain(n)))),
    Limit("characters on a modal's close button", 24, MODAL, lambda n: checked_view(modal(close=plain(n)))),
    Limit(
        "characters of private_metadata", 3000, MODAL, lambda n: checked_view(modal(private_metadata="x" * n))
    ),
    Limit("characters of a callback_id", 255, MODAL, lambda n: checked_view(modal(callback_id="x" * n))),
    Limit("characters of an external_id", 255, MODAL, lambda n: checked_view(modal(external_id="x" * n))),
    Limit(
        "blocks in an App Home",
        100,
        HOME,
        lambda n: checked_view({"type": "home", "blocks": [section()] * n}),
    ),
)


@dataclass(frozen=True)
class CallLimit:
    """A call's limit: `arguments` for so many, and the word with which one more is refused."""

    what: str
    most: int
    method: str
    word: str
    arguments: Callable[[int], Json]
    page: str = ""


CHANNEL = "C01GENERAL"
FULL = 3_000


def long_blocks(count: int) -> list[Json]:
    """Blocks with so many characters in all."""
    rest = [count % FULL] if count % FULL else []
    return [section(text=mrkdwn(size)) for size in [FULL] * (count // FULL) + rest]


CALL_LIMITS = (
    CallLimit(
        "characters of a message's text when it is changed",
        4_000,
        "chat.update",
        "msg_too_long",
        lambda n: {"channel": CHANNEL, "text": "x" * n},
    ),
    CallLimit(
        "characters of all blocks of a message",
        12_000,
        "chat.postMessage",
        "msg_blocks_too_long",
        lambda n: {"channel": CHANNEL, "text": "x", "blocks": long_blocks(n)},
        "https://github.com/slackapi/bolt-js/issues/2509",
    ),
    CallLimit(
        "attachments of a message",
        100,
        "chat.postMessage",
        "too_many_attachments",
        lambda n: {"channel": CHANNEL, "text": "x", "attachments": [{"text": "x"}] * n},
    ),
    CallLimit(
        "characters of a channel's name",
        80,
        "conversations.create",
        "invalid_name_maxlength",
        lambda n: {"name": "x" * n},
    ),
    CallLimit(
        "characters of a channel's topic",
        250,
        "conversations.setTopic",
        "too_long",
        lambda n: {"channel": CHANNEL, "topic": "x" * n},
    ),
)
"""Those of a call; where no other page is named, the method's own says so."""
