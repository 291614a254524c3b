"""A picture's subject: a card, a window or an App Home, as one person sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.message import Message

Kind = Literal["card", "window", "home"]


@dataclass(frozen=True)
class Scene:
    """`name` is the picture's file, `title` what it shows; `shown` is what Slack is sent: blocks, or a view."""

    name: str
    title: str
    kind: Kind
    reader: str
    shown: dict[str, Any]


def card(name: str, title: str, reader: str, message: Message | Sequence[Block]) -> Scene:
    """A message, as it stands in a channel."""
    blocks = message.blocks if isinstance(message, Message) else message
    return Scene(name, title, "card", reader, {"blocks": [one.to_dict() for one in blocks]})


def window(name: str, title: str, reader: str, view: View) -> Scene:
    return Scene(name, title, "window", reader, view.to_dict())


def home(name: str, title: str, reader: str, view: View) -> Scene:
    return Scene(name, title, "home", reader, view.to_dict())


def because(action: str) -> str:
    """The title of a window that asks why."""
    return f"{action.replace('-', ' ').capitalize()}, and why"
