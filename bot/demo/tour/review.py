"""The story of an access review: who can ask for prices, kept or removed; what is removed ends at once."""

import asyncio
import re

import requests

from bot.demo.actor import Actor, Json, filled, seen, text_of, values_of
from bot.demo.cast import ADA, EDSGER
from bot.demo.identity import PASSWORD
from bot.demo.stage import Stage
from bot.demo.tour.prices import TITLE as PRICES
from bot.demo.tour.story import Tour, Untrue, approved, daypass, newest, typed, window
from bot.demo.tour.warehouse import ends_within, uses

REVIEW, TITLE = "prices", "Who can read prices"
ASKS = "/access prices 5m region=eu rows=10 OPS-14 because"
WHY = "one more look at Europe"
BECAUSE = "prices belong to another team now"
PROMISED = 5.0
"""Seconds in which what is removed is gone."""


async def play(story: Tour) -> None:
    """Raises Untrue or NotSeen where it isn't true."""
    story.tell("Ada reads prices again, when Radia, an operator, opens a review of who can ask for them.")
    await typed(story, story.ada, f"{ASKS} {WHY}")
    view = await window(story.ada, "Region")
    await story.ada.submit(view, values_of(view))
    await approved(story, WHY)
    direct = await story.ada.direct()
    session, login = await uses(story, direct, PRICES)
    await asyncio.to_thread(_open, story.stage)
    await _answers(story)
    await ends_within(story, session, login, PROMISED)
    await _stays_removed(story)


def _open(stage: Stage) -> None:
    """Open it in the console, signed in as an operator. Raises requests.RequestException or Untrue."""
    with requests.Session() as browser:
        asked = browser.get(f"{stage.daypass_url}/sign-in/start", timeout=30)
        browser.post(asked.url, data={"user": "radia", "password": PASSWORD}, timeout=30)
        page = browser.get(f"{stage.daypass_url}/access-reviews", timeout=30)
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
        if csrf is None:
            raise Untrue("The console offers Radia no review to open.")
        said = {"csrf": csrf[1], "name": REVIEW}
        browser.post(
            page.url, data=said, headers={"Origin": stage.daypass_url}, timeout=30
        ).raise_for_status()


async def _answers(story: Tour) -> None:
    direct = await story.grace.direct()
    card = await seen("the review", lambda: newest(story.grace, direct, TITLE))
    story.saw(
        "the card has everyone who can ask for them, and when each last used them", EDSGER in text_of(card)
    )
    await _press_beside(story.grace, direct, card, EDSGER, "Keep")
    card = await seen("the answer", lambda: newest(story.grace, direct, "1 kept"))
    await _press_beside(story.grace, direct, card, ADA, "Remove…")
    view = await window(story.grace, "Why?")
    answer = await story.grace.submit(view, filled(view, reason=BECAUSE))
    story.saw("she keeps Edsger and removes Ada", answer["ok"] and not answer.get("errors"))


async def _stays_removed(story: Tour) -> None:
    await typed(story, story.ada, f"{ASKS} {WHY} again")
    view = await window(story.ada, "Region")
    answer = await story.ada.submit(view, values_of(view))
    story.saw(
        "Ada can't ask for them any more", "was removed in the access review" in str(answer.get("errors"))
    )
    said = await daypass(story.stage, "access", "review", REVIEW, "--diff")
    removed = [line[1:].strip() for line in said.stdout.splitlines() if re.match(r"-\s", line)]
    story.saw(
        f"a change to the bundle is proposed, which takes out “{' '.join(removed)}”",
        removed == ["- ada@northwind.example"],
    )


async def _press_beside(person: Actor, channel: str, card: Json, who: str, label: str) -> None:
    """Press the button of this label right below the line that names this person."""
    blocks = card["blocks"]
    named = next(n for n, one in enumerate(blocks) if f"<@{who}>" in text_of({"blocks": [one]}))
    await person.press(channel, {**card, "blocks": blocks[named + 1 : named + 2]}, label)
