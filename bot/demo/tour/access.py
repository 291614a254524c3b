"""The story of one short grant: asked for, approved, used, and gone on time."""

import asyncio
import json
from collections.abc import Mapping

from bot.demo.actor import seen, text_of, values_of
from bot.demo.cast import CHANNELS
from bot.demo.tour.story import Tour, newest
from bot.demo.tour.warehouse import gone_within, handed_over, reads, unwrap

GENERAL, APPROVALS = CHANNELS[0][0], CHANNELS[1][0]
SECONDS = 12
PROMISED = 2
"""Seconds after a grant's end in which all of it is gone."""
WHY = "last night's ranking features look stale"


async def play(story: Tour) -> None:
    """Raises Untrue or NotSeen where it isn't true."""
    await _asks(story)
    await _approves(story)
    login = await _gets_credentials(story)
    await _reads(story, login)


async def is_over(story: Tour) -> None:
    """See that it ended in time, which was watched while other stories were told. Raises Untrue or NotSeen."""
    story.tell(f"Ada has left her session open. The grant was for {SECONDS} seconds …")
    await story.watched()
    story.saw("the open session was ended", True)
    story.saw("a new login is refused", True)
    await _is_told(story)


async def _asks(story: Tour) -> None:
    story.tell("Ada, a scientist, needs the feature warehouse for a moment. She types into Slack:")
    command = f"/access warehouse {SECONDS}s because {WHY}"
    story.out.print(f"      {command}", markup=False)
    await story.ada.command(command, GENERAL)
    view = await seen("the window to ask in", story.ada.modal)
    story.saw("a window opened, filled in, and says who will be asked", "data-owners" in text_of(view))
    answer = await story.ada.submit(view, values_of(view))
    story.saw("she pressed Ask and the request was taken", answer["ok"] and not answer.get("errors"))


async def _approves(story: Tour) -> None:
    story.tell("Grace, who owns the data, finds a card in #access-approvals.")
    card = await seen("the card", lambda: newest(story.grace, APPROVALS, WHY))
    story.saw(
        "the card says who, what, how long and why", all(word in text_of(card) for word in ("warehouse", WHY))
    )
    await story.grace.press(APPROVALS, card, "Approve")
    await seen("the approved card", lambda: newest(story.grace, APPROVALS, "Approved by"))
    story.saw("she pressed Approve; the card changed in place and its buttons are gone", True)


async def _gets_credentials(story: Tour) -> Mapping[str, str]:
    story.tell("Ada presses Get credentials. Vault mints one at that moment, for what is left of the grant.")
    direct = await story.ada.direct()
    card = await seen("the approval in Ada's messages", lambda: newest(story.ada, direct, "is approved"))
    await story.ada.press(direct, card, "Get credentials")

    wrapping = await handed_over(story.ada)
    story.saw("a window hands her a token that works once", wrapping)
    unwrapped = await asyncio.to_thread(unwrap, story.stage, wrapping)
    story.saw(f"`bao unwrap` shows a database login, {unwrapped.get('username')}", "password" in unwrapped)
    story.saw("unwrapping it again is refused", not await asyncio.to_thread(unwrap, story.stage, wrapping))
    everything = json.dumps([await story.ada.messages(direct), await story.grace.messages(APPROVALS)])
    story.saw(
        "no message contains the token or the password",
        not any(secret in everything for secret in (wrapping, unwrapped["password"])),
    )
    return unwrapped


async def _reads(story: Tour, login: Mapping[str, str]) -> None:
    story.tell("She logs in to PostgreSQL with it and reads.")
    session = await reads(story, login)
    story.watch(gone_within(story.stage, session, login, SECONDS + PROMISED))


async def _is_told(story: Tour) -> None:
    story.tell("Both are told.")
    direct = await story.ada.direct()
    await seen("the end in Ada's messages", lambda: newest(story.ada, direct, "confirmed by Vault"))
    story.saw("Ada reads that it has ended, confirmed by Vault", True)
    card = await seen("the end on Grace's card", lambda: newest(story.grace, APPROVALS, "Expired"))
    story.saw("Grace's card says what was used", "used once" in text_of(card))
