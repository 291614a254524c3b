"""Does whoever clicked still work here? Asked about them alone, while Slack's list of everybody is too old to say."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.slack.answers import person
from bot.wiring.directory import People
from workflows.ports import Permanent, Retryable

log = logging.getLogger(__name__)

CONFIRMED_WITHIN_SECONDS = 1.0
"""Slack wants its answer within three; whoever can't be confirmed by then is told to try again."""
ACTING = frozenset({"block_actions", "view_submission"})


class Confirming:
    """Asks Slack about the person before their click is decided; only when there is doubt about them."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def check(self, body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:
        """A middleware of Bolt."""
        acts = "command" in body or body.get("type") in ACTING
        if acts and any(doubt.concerns(person(body)) for doubt in self._people.doubts()):
            await self._confirm(person(body))
        await next()

    async def _confirm(self, id: str) -> None:
        try:
            async with asyncio.timeout(CONFIRMED_WITHIN_SECONDS):
                await self._people.confirm(id)
        except (Retryable, Permanent, TimeoutError) as error:
            log.warning("Slack didn't say in time whether %s still works here: %s", id, error or "no answer")
