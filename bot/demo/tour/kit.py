"""The story of a kit: two entitlements in one request, each decided by its own rule, and given back at once."""

import asyncio

from bot.demo.actor import seen, text_of, values_of, wrapping_tokens
from bot.demo.cast import CHANNELS
from bot.demo.tour.story import Tour, newest, window
from bot.demo.tour.warehouse import connect, ends_within, unwrap

GENERAL, APPROVALS = CHANNELS[0][0], CHANNELS[1][0]
TITLE = "Look into the churn model"
WHY = "the churn model drifts since Monday"
PROMISED = 5.0
"""Seconds in which what is given back is gone."""


async def play(story: Tour) -> None:
    """Raises Untrue or NotSeen where it isn't true."""
    await _asks(story)
    await _is_approved(story)
    await _uses_and_gives_back(story)


async def _asks(story: Tour) -> None:
    story.tell("To look into a model Ada needs two things at once. A kit has both:")
    command = f"/access churn 5m because {WHY}"
    story.out.print(f"      {command}", markup=False)
    await story.ada.command(command, GENERAL)
    view = await window(story.ada, "Includes")
    story.saw("the window lists what the kit includes", "sample tables" in text_of(view))
    answer = await story.ada.submit(view, values_of(view))
    story.saw("she pressed Ask once, and both were requested", answer["ok"] and not answer.get("errors"))


async def _is_approved(story: Tour) -> None:
    story.tell("The sample tables are approved by policy. Grace approves the features, on the same card.")
    card = await seen("the kit's card", lambda: newest(story.grace, APPROVALS, TITLE))
    story.saw("the card says both, and the reason once", text_of(card).count(WHY) == 1)
    await story.grace.press(APPROVALS, card, "Approve")
    await seen("the approval", lambda: newest(story.grace, APPROVALS, "Approved by"))


async def _uses_and_gives_back(story: Tour) -> None:
    story.tell("Ada presses Get credentials once.")
    direct = await story.ada.direct()
    card = await seen("her card", lambda: newest(story.ada, direct, TITLE))
    await story.ada.press(direct, card, "Get credentials")

    async def two() -> list[str] | None:
        view = await story.ada.modal()
        tokens = wrapping_tokens(view) if view else []
        return tokens if len(tokens) == 2 else None

    tokens = await seen("a token for each", two)
    logins = [await asyncio.to_thread(unwrap, story.stage, token) for token in tokens]
    sessions = [await connect(story.stage, login) for login in logins]
    story.sessions += sessions
    story.saw("one window hands over two logins, and PostgreSQL takes both", True)
    await story.ada.press(
        direct, await seen("her card", lambda: newest(story.ada, direct, TITLE)), "Give back"
    )
    for session, login in zip(sessions, logins, strict=True):
        await ends_within(story, session, login, PROMISED)
