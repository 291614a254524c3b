"""Was this clicked on something that Daypass has drawn? Asked before any listener acts.

Whoever has the bot token can rewrite a card; its buttons keep what they carry. But Slack signs what was
clicked together with the click, so it is compared with what Slack said the card shows when Daypass drew it.
A window can't be rewritten so: it takes the id that only the signed click brings. It has no such buttons.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse

from bot.slack.answers import Body, person
from bot.slack.button_values import subject_of
from bot.slack.context import ListenerContext
from bot.slack.payload import KINDS
from integrations.slack.content_digest import digests_of
from workflows.database.stored_messages import HOME, Drawn, StoredMessages
from workflows.ledger.unusable_card import UseRedrawnCard

WAITS = (0.0, 0.1, 0.2, 0.4, 0.8)
"""Seconds: a click can come in before Daypass has noted what it has just drawn."""


class Clicks:
    """Lets through what was clicked on a true card; all else is refused, recorded, and shown the true one."""

    def __init__(self, kept: StoredMessages, parts: ListenerContext) -> None:
        self._kept = kept
        self._parts = parts

    async def check(self, body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        """A middleware of Bolt."""
        subject = _subject(body)
        if subject is None or await self._drawn(subject, body):
            await next()
            return None
        outcome = await self._parts.handle(UseRedrawnCard(subject), body)
        self._parts.answer(outcome, body)
        if "view" in body:
            self._parts.afterwards(self._parts.drawing.home(person(body)))
        return BoltResponse(status=200, body="")

    async def _drawn(self, subject: str, body: Body) -> bool:
        """Whether the message or App Home is as Daypass drew it, one of the last times, and about this subject."""
        shown = body.get("view") or body.get("message") or {}
        wanted = digests_of(shown)
        for pause in WAITS:
            await asyncio.sleep(pause)
            found = await self._found(body)
            if found and found.digests & wanted:
                return found.subject in (subject, HOME)
        return False

    async def _found(self, body: Body) -> Drawn | None:
        if "view" in body:
            home = body["view"]["type"] == HOME
            return await self._kept.drawn_home(person(body)) if home else None
        container, message = body["container"], body.get("message")
        if not message or container.get("is_ephemeral"):
            return None
        return await self._kept.drawn_at(str(container.get("channel_id")), str(message["ts"]))


def _subject(body: Body) -> str | None:
    """What the pressed button is about; None if it is none of a card's."""
    if body.get("type") != "block_actions":
        return None
    action = body["actions"][0]
    ours = action["type"] == "button" and action["action_id"].partition(".")[0] in KINDS
    return subject_of(action["value"]) if ours else None
