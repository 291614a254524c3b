"""People at work while things break: access is asked for, approved, used and given back, over and over."""

import asyncio
import json
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import aiohttp

from bot.demo.actor import Actor, Json, NotSeen, seen, values_of
from bot.demo.cast import CHANNELS
from bot.demo.tour.story import newest

GENERAL, APPROVALS = CHANNELS[0][0], CHANNELS[1][0]
SECONDS = 20
"""For which access is asked for: many of them end while something is broken."""
BETWEEN_REQUESTS_SECONDS = 14.0
"""Each request redraws four cards two or three times, and Slack allows fifty redraws a minute: above that, what Slack
would refuse isn't even tried."""
PATIENCE = 12.0
"""Seconds for which somebody waits for a window or a card before they give up and start again."""
SILENCE = ("operation_timeout", "dispatch_failed")
"""What Slack says by itself when the app doesn't answer."""


@dataclass
class Work:
    """What was tried, and what came of it."""

    asked: list[str] = field(default_factory=list)
    came_of_it: Counter[str] = field(default_factory=Counter)

    def answered(self, answer: Json) -> None:
        word = answer.get("error")
        self.came_of_it["silence" if word in SILENCE else "answered"] += 1


async def work(ada: Actor, grace: Actor, done: Work) -> None:
    """Start one request after the other, until cancelled. Who gets no card or window gives up and starts again."""
    for number in count(1):
        why = f"chaos {number:04}"
        done.asked.append(why)
        with suppress(NotSeen, aiohttp.ClientError, TimeoutError):
            await _one(ada, grace, why, done)
        await asyncio.sleep(BETWEEN_REQUESTS_SECONDS)


async def _one(ada: Actor, grace: Actor, why: str, done: Work) -> None:
    while before := await ada.modal():
        await ada.close(before)
    done.answered(await ada.command(f"/access warehouse {SECONDS}s because {why}", GENERAL))
    view = await seen("the window", ada.modal, PATIENCE)
    answer = await ada.submit(view, values_of(view))
    done.answered(answer)
    card = await seen("the card", lambda: newest(grace, APPROVALS, why), PATIENCE)
    done.answered(await grace.press(APPROVALS, card, "Approve"))
    direct = await ada.direct()
    card = await seen("the approval", lambda: _approved(ada, direct, subject_of(card)), PATIENCE)
    done.answered(await ada.press(direct, card, "Get credentials"))
    done.came_of_it["whole"] += 1


async def _approved(ada: Actor, direct: str, subject: str) -> Json | None:
    for card in reversed(await ada.messages(direct)):
        if subject_of(card) == subject and "Get credentials" in str(card):
            return card
    return None


def subject_of(message: Json) -> str:
    """What a card is about, by what its buttons carry; empty if it is no card."""
    found = re.search(r"acc_[0-9A-Z]{26}", json.dumps(message))
    return found[0] if found else ""
