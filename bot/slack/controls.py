"""Buttons and windows: what each carries, and the listener that gets it.

A listener is called with the value alone. What another release's card carries, it is not called with: whoever
clicked is told that the card was out of date, and gets the current one.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.answers import Body
from bot.slack.button_values import About, read_value, subject_of
from bot.slack.context import ListenerContext, value_of
from bot.slack.payload import KINDS
from workflows.ledger.unusable_card import UseOutdatedCard

V = TypeVar("V", bound=About)
_OURS = re.compile(rf"^({'|'.join(KINDS)})\.")


@dataclass(frozen=True)
class Control(Generic[V]):
    """A button or a window. `name` is its action id or callback id."""

    name: str
    carries: type[V]
    listener: Callable[[AsyncAck, Body, V], Awaitable[None]]


def attach_buttons(app: AsyncApp, parts: ListenerContext, controls: Iterable[Control[Any]]) -> None:
    """Attach the buttons' listeners to the Bolt app."""
    for one in controls:
        app.action(one.name)(_listening(parts, one, value_of, _answer_press))


def attach_windows(app: AsyncApp, parts: ListenerContext, controls: Iterable[Control[Any]]) -> None:
    """Attach the listeners of submitted windows to the Bolt app."""
    for one in controls:
        app.view(one.name)(_listening(parts, one, _kept_in_window, _answer_submission))


class OtherReleases:
    """Answers buttons and windows that this release no longer has, or doesn't have yet. Attach it last."""

    def __init__(self, parts: ListenerContext) -> None:
        self._parts = parts

    def attach(self, app: AsyncApp) -> None:
        """Attach it to the Bolt app."""
        app.action(_OURS)(self.pressed)
        app.view(_OURS)(self.submitted)

    async def pressed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        if body["actions"][0]["type"] == "button":
            await _answer_press(self._parts, ack, body)
        else:
            await ack()

    async def submitted(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await _answer_submission(self._parts, ack, body)


def _listening(
    parts: ListenerContext,
    control: Control[V],
    carried: Callable[[Body], str],
    answer_other_release: Callable[[ListenerContext, AsyncAck, Body], Awaitable[None]],
) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        value = read_value(control.carries, carried(body))
        if value is None:
            await answer_other_release(parts, ack, body)
        else:
            await control.listener(ack, body, value)

    return listener


def _kept_in_window(body: Body) -> str:
    return str(body["view"]["private_metadata"])


async def _answer_press(parts: ListenerContext, ack: AsyncAck, body: Body) -> None:
    subject = subject_of(value_of(body))
    if subject is None:
        raise ValueError("the button carries no subject")
    await parts.act(ack, body, UseOutdatedCard(subject))


async def _answer_submission(parts: ListenerContext, ack: AsyncAck, body: Body) -> None:
    carried = _kept_in_window(body)
    await parts.confirm(ack, body, UseOutdatedCard(subject_of(carried) or carried))
