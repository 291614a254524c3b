"""How soon a declared incident has its channel, topic, people, card and announcement, against the same
calls of Slack's Web API made alone, one after the other and as far as possible together.

Both sides in turn, on the same sandbox. It answers as slowly as Slack does over a network (`AWAY`); what
Daypass adds by itself is what is left at no distance, and is told too.
"""

import asyncio
import time
from secrets import token_hex
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from ulid import ULID

from bot.demo.cast import BOT_TOKEN
from bot.slack.incidents.cards import announcement, card
from bot.slack.incidents.channel import topic_of
from tests.bench.figures import NO_LIMIT, Figure, of_medians
from tests.bench.scene import ADA, Scene
from workflows.incidents.commands import Cancel, DeclareIncident
from workflows.incidents.state import Incident

LIMIT = 1.3
AWAY = 0.05
"""Seconds of every call on its way to Slack and back."""
TURNS = 20
WARMED_UP = 5
ROOM = "outbox.settled.room"
TITLE = "what does it cost to declare one"


async def measure(scene: Scene, page: str) -> list[Figure]:
    """The medians of twenty declarations each, at Slack's distance and at none."""
    near_ours, near_alone, _ = await _turns(scene, page, away=0.0)
    ours, alone, together = await _turns(scene, page, away=AWAY)
    name = "declaring an incident, Slack's calls taking"
    return [
        of_medians(f"{name} {AWAY * 1000:g} ms, against them one by one", ours, alone, LIMIT),
        of_medians("… against them made together where they can be", ours, together, NO_LIMIT),
        of_medians(f"{name} no time, against them one by one", near_ours, near_alone, NO_LIMIT),
    ]


async def _turns(scene: Scene, page: str, away: float) -> tuple[list[float], list[float], list[float]]:
    """Seconds that it took Daypass, the calls one by one, and the calls together."""
    client = AsyncWebClient(token=BOT_TOKEN, base_url=f"{page}/api/")
    await _slow(page, away)
    ours: list[float] = []
    alone: list[float] = []
    together: list[float] = []
    for turn in range(TURNS + WARMED_UP):
        took, incident = await _declared(scene, turn)
        bare = await _bare(client, incident, f"bare-{turn}-{ULID()}".lower(), at_once=False)
        quick = await _bare(client, incident, f"quick-{turn}-{ULID()}".lower(), at_once=True)
        if turn >= WARMED_UP:
            ours.append(took)
            alone.append(bare)
            together.append(quick)
    await _slow(page, 0.0)
    return ours, alone, together


async def _slow(page: str, seconds: float) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{page}/sandbox/control", json={"slow": seconds}) as answer,
    ):
        answer.raise_for_status()


async def _declared(scene: Scene, turn: int) -> tuple[float, Incident]:
    """From the command until channel, topic, people, card and announcement are there.

    It is cancelled afterwards, so that each one is declared into a calm.
    """
    before, id = scene.steps[ROOM], f"inc_{ULID()}"
    began = time.perf_counter()
    outcome = await scene.daypass.ledger.handle(
        DeclareIncident(id, f"{token_hex(20)} {turn}", "sev2"), ADA, "slack"
    )
    assert outcome.refusal is None, outcome.refusal
    while scene.steps[ROOM] == before:
        await asyncio.sleep(0.0005)
    took = time.perf_counter() - began
    found = await scene.daypass.reads.find(Incident, id)
    assert found is not None
    assert found.channel
    await scene.daypass.ledger.handle(Cancel(id, "It was measured."), ADA, "slack")
    await scene.quiet()
    return took, found


async def _bare(client: AsyncWebClient, incident: Incident, name: str, *, at_once: bool) -> float:
    """The five calls, with what Daypass sent."""
    blocks = [one.to_dict() for one in card(incident).blocks]
    told = [one.to_dict() for one in announcement(incident).blocks]
    began = time.perf_counter()
    made: Any = await client.conversations_create(name=name, is_private=False)
    channel = made["channel"]["id"]
    rest = [
        client.conversations_invite(channel=channel, users=list(incident.invited), force=True),
        client.conversations_setTopic(channel=channel, topic=topic_of(incident, "nobody yet")),
        client.chat_postMessage(channel=channel, blocks=blocks, text=TITLE),
        client.chat_postMessage(channel=incident.terms.announce, blocks=told, text=TITLE),
    ]
    if at_once:
        await asyncio.gather(*rest)
    else:
        for one in rest:
            await one
    return time.perf_counter() - began
