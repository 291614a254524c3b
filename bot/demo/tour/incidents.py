"""The story of an incident: declared in a line, commanded, run by a playbook that gives and takes access."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import psycopg

from bot.demo.actor import Actor, Json, button_under, filled, seen, text_of
from bot.demo.cast import CHANNELS, GRACE
from bot.demo.tour.story import Tour, Untrue, newest
from bot.demo.tour.warehouse import ends_within, handed_over, reads, unwrap

GENERAL, INCIDENTS = CHANNELS[0][0], CHANNELS[5][0]
TITLE = "ranking model serves stale features"
BRIEF = "Features are from Tuesday. Look at the nightly job."
SUMMARY = "The nightly job had stopped; it runs again."
PROMISED = 5.0
"""Seconds in which access that isn't wanted any more is gone."""
Session = psycopg.AsyncConnection[Any]


async def play(story: Tour) -> None:
    """Raises Untrue or NotSeen where it isn't true."""
    channel = await _declares(story)
    await _gets_a_crew(story, channel)
    ada = await _looks_inside(story, channel)
    grace = await _hands_over(story, channel, ada)
    await _resolves(story, channel, grace)
    await _is_written_up(story, channel)


async def _declares(story: Tour) -> str:
    story.tell("Meanwhile customers complain. Ada declares an incident, in one line:")
    command, began = f"/incident sev2 {TITLE}", time.monotonic()
    story.out.print(f"      {command}", markup=False)
    await story.ada.command(command, GENERAL)

    async def channel() -> str | None:
        rooms = [room for room in await story.ada.channels() if "stale-features" in room["name"]]
        return str(rooms[0]["id"]) if rooms else None

    found = str(await seen("the incident's channel", channel))
    card = await seen("its card", lambda: newest(story.ada, found, "Open"))
    story.saw(
        f"{time.monotonic() - began:.1f} s later it has a channel, with a card that shows its status", card
    )
    await seen("the announcement", lambda: newest(story.grace, INCIDENTS, TITLE))
    story.saw("#incidents announces it, and the playbook for this model waits in its channel", True)
    twin = await seen("the twin", lambda: newest(story.ada, found, "Possible duplicate of"))
    story.saw("the card points to the incident that the failed check declared", twin)
    return found


async def _gets_a_crew(story: Tour, channel: str) -> None:
    story.tell("Margaret takes command by one click in #incidents; Ada takes the role of responder.")
    card = await seen("the announcement", lambda: newest(story.margaret, INCIDENTS, TITLE))
    await story.margaret.press(INCIDENTS, card, "Take command")
    await seen("the card with its commander", lambda: newest(story.ada, channel, "<@U05MARGARET>"))
    await fill_in(story.ada, channel, "Roles", role="responder")
    await seen("the card with its responder", lambda: newest(story.margaret, channel, "Responder: <@U01ADA>"))
    story.saw("the card names both", True)


async def _looks_inside(story: Tour, channel: str) -> tuple[Session, Mapping[str, str]]:
    story.tell("Margaret runs the playbook: stop releases of the model, give Ada access to the warehouse.")
    await run_step(story.margaret, channel, "Stop releases")
    await seen("releases stopped", lambda: newest(story.ada, channel, "releases stopped"))
    story.saw("no release of the ranking model goes live until this is over", True)
    await run_step(story.margaret, channel, "Let the responder look")
    await seen("the access on the card", lambda: newest(story.ada, channel, ":key: active"))
    story.saw("Ada has it at once, tied to the incident: the commander's click was the approval", True)
    return await _uses(story, story.ada)


async def _hands_over(
    story: Tour, channel: str, ada: tuple[Session, Mapping[str, str]]
) -> tuple[Session, Mapping[str, str]]:
    story.tell("Ada's shift ends. Margaret hands her role over to Grace, with a brief.")
    await fill_in(story.margaret, channel, "Roles", role="responder", who=GRACE, brief=BRIEF)
    card = await seen("the offer", lambda: newest(story.grace, channel, BRIEF))
    await story.grace.press(channel, card, "Accept")
    await ends_within(story, *ada, PROMISED)
    story.saw("Ada's access ended as Grace accepted; Vault has confirmed it", await _ended(story, channel, 1))
    return await _uses(story, story.grace)


async def _resolves(story: Tour, channel: str, grace: tuple[Session, Mapping[str, str]]) -> None:
    story.tell("The incident is over. Margaret presses Resolve and says what happened.")
    await fill_in(story.margaret, channel, "Resolve", reason=SUMMARY)
    await ends_within(story, *grace, PROMISED)
    story.saw(
        "the card says that all access for it has ended, confirmed by Vault", await _ended(story, channel, 2)
    )


async def _is_written_up(story: Tour, channel: str) -> None:
    story.tell("Daypass has written the review from the log.")
    message = await seen("the review", lambda: newest(story.ada, channel, "The review"))
    files = {file["name"].rpartition(".")[2]: file["url_private"] for file in message["files"]}
    async with story.ada.session.get(files["md"]) as answer:
        document = await answer.text()
    story.saw("it is there as Markdown and as a page", {"md", "html"} == files.keys())
    words = (
        "Time to acknowledge",
        "Time to resolve",
        "Margaret",
        "Grace",
        "ended, confirmed by Vault",
        "nightly job",
    )
    story.saw(
        "it has the times, the roles, the access used and the timeline",
        all(word in document for word in words),
    )


async def _uses(story: Tour, person: Actor) -> tuple[Session, Mapping[str, str]]:
    """Get the credential that a playbook's grant is worth, and read with it."""
    while before := await person.modal():
        await person.close(before)
    direct = await person.direct()
    card = await seen("the approval", lambda: newest(person, direct, "Get credentials"))
    await person.press(direct, card, "Get credentials")
    login = await asyncio.to_thread(unwrap, story.stage, await handed_over(person))
    return await reads(story, login), login


async def run_step(person: Actor, channel: str, title: str) -> None:
    """Press the button under a step of the checklist."""

    async def look() -> Json | None:
        shown = await newest(person, channel, title)
        return shown if shown and button_under(shown, title) else None

    card = await seen(f"a button under “{title}”", look)
    found = button_under(card, title)
    assert found
    await person.act({"type": "message", "channel": channel, "ts": card["ts"]}, *found)


async def fill_in(person: Actor, channel: str, label: str, **typed: str) -> None:
    """Press a button of the card, and fill in the window that it opens. Raises Untrue if it isn't taken."""
    card = await seen("the card", lambda: newest(person, channel, " · declared <!date"))
    await person.press(channel, card, label)

    async def window() -> Json | None:
        view = await person.modal()
        return view if view and all(_has(view, field) for field in typed) else None

    view = await seen(f"the window of {label}", window)
    answer = await person.submit(view, filled(view, **typed))
    if answer.get("errors"):
        raise Untrue(f"{label} was not taken: {answer['errors']}")


def _has(view: Json, field: str) -> bool:
    return any(block.get("block_id") == field for block in view["blocks"])


async def _ended(story: Tour, channel: str, count: int) -> Json:
    """The card once so many accesses have ended on it."""

    async def there() -> Json | None:
        card = await newest(story.ada, channel, "ended, confirmed by Vault")
        return card if card and text_of(card).count("ended, confirmed by Vault") == count else None

    found: Json = await seen(f"{count} ended on the card", there)
    return found
