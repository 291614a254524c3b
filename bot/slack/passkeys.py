"""Passkeys in Slack: whose passkey changed is told at once, and who approves is shown the way to where it is signed."""

from collections.abc import Collection, Mapping
from typing import Any

from slack_sdk.models.views import View

from bot.slack import texts
from bot.slack.answers import marked, notice
from bot.slack.blocks import message, section
from bot.slack.message import Message
from bot.slack.mrkdwn import plain
from bot.slack.presenter import Presenter
from workflows.database.stored_messages import Slot
from workflows.system.passkeys.state import KIND, Passkey
from workflows.workflow import World


def needs_passkey(state: Any) -> bool:
    """Whether it is approved with a passkey, in the console."""
    return getattr(state.terms, "assurance", "click") == "passkey"


def way_to_page(subject: str, console: str) -> View:
    """The window that leads to the page on which it is signed; `console` is the console's address."""
    words = (
        texts.SIGN_WITH_PASSKEY.format(page=f"{console}/decide/{subject}") if console else texts.NO_CONSOLE
    )
    return notice(marked(words))


def way_to_taking(subject: str, console: str) -> View:
    """The window that leads to the page on which the requester signs for a credential."""
    words = texts.SIGN_TO_TAKE.format(page=f"{console}/take/{subject}") if console else texts.NO_CONSOLE
    return notice(marked(words))


def _cards(state: Passkey, world: World, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    return {}


def _note(state: Passkey, name: str) -> Message:
    text = texts.PASSKEY_NOTES[name].format(name=plain(state.name))
    return message(text, section(text))


PRESENTER = Presenter(KIND, Passkey, _cards, _note, texts.PASSKEY_NOTES)
