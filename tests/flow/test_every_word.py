"""Every error word that Slack documents, before the deed and after it: what is open is right, and stands once."""

import os
from collections.abc import Awaitable, Callable, Mapping

import pytest

from bot.app import ARTISTS
from bot.demo.actor import Json, seen
from integrations.sandbox.methods import METHODS
from integrations.slack.board import Board, Message, Slot
from integrations.slack.canonical import digests_of
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import ask, press
from tests.flow.office import EVERYBODY, Office
from tests.flow.test_incidents import declared, files, incidents, pressed
from workflows.alarms import RaiseAlarm, alarm_id
from workflows.workflow import CLOCKWORK

ALL = bool(os.environ.get("EVERY_WORD"))
"""`make words` sets it; the ordinary suite takes every seventh word."""
FAST = 0.002
SUBJECTS = 12
OTHERWISE = {"": {"status": 502, "html": "<h1>Bad Gateway</h1>"}, "reset": {"reset": True}}
"""What may come in place of a word."""


def faults(method: str) -> list[Json]:
    """One for each word, before the deed and after it, and for what is no word at all."""
    words = sorted(METHODS[method].words)
    named = [{"error": word} for word in (words if ALL else words[::7])]
    return [
        {"method": method, "when": when, **what}
        for when in ("before", "after")
        for what in [*named, *OTHERWISE.values()]
    ]


async def used_up(office: Office, method: str) -> None:
    """Return when every fault has struck, and everything is done since."""

    async def gone() -> bool:
        async with office.session.get(f"{office.page}/sandbox/control") as answer:
            return not (await answer.json())["faults"]

    await seen(f"every fault of {method} strike", gone, patience=120, every=0.2)
    await office.quiet()


async def raise_alarms(office: Office, first: int = 0) -> None:
    for number in range(first, first + SUBJECTS):
        sentence = f"Something is wrong with the lease {number}."
        await office.daypass.ledger.handle(
            RaiseAlarm(alarm_id(sentence), sentence, sentence), CLOCKWORK, "clockwork"
        )


async def wanted(office: Office) -> Mapping[Slot, Message]:
    """Every card as it should be now."""
    daypass = office.daypass
    board, found = Board(daypass.duties.client, daypass.store, office.clock), {}
    for artist in ARTISTS:
        for state in await daypass.reads.in_status(artist.state, artist.kind, sorted(artist.open)):
            found |= artist.cards(state, daypass.known.world(), await board.slots(state.id))
    return found


async def standing(office: Office) -> list[tuple[str, Json]]:
    """Every message of Daypass's that carries its name, with its channel."""
    channels = {one["id"] for id in EVERYBODY for one in await office.person(id).channels()}
    found = []
    for channel in sorted(channels):
        page = await office.api(
            "conversations.history", channel=channel, limit=900, include_all_metadata=True
        )
        found += [(channel, one) for one in page.get("messages", []) if one.get("metadata")]
    return found


async def everything_is_right(office: Office) -> None:
    """Each card stands once, as it should be, and nothing stands twice."""
    board = Board(office.daypass.duties.client, office.daypass.store, office.clock)
    messages = await standing(office)
    names = [(channel, *sorted(one["metadata"]["event_payload"].items())) for channel, one in messages]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    by_place = {
        (await board.places.channel(slot.place), slot.subject, slot.name): message
        for slot, message in (await wanted(office)).items()
    }
    shown = {
        (channel, told["subject"], told["slot"]): one
        for channel, one in messages
        if (told := one["metadata"]["event_payload"])
    }
    assert by_place.keys() <= shown.keys(), sorted(by_place.keys() - shown.keys())
    for name, message in by_place.items():
        drawn = await board.drawn_at(name[0], shown[name]["ts"])
        assert drawn, name
        assert drawn.digests & digests_of(shown[name]), name
        assert message.text.split("\n")[0][:20] in shown[name]["text"]


Scenario = Callable[[Office], Awaitable[None]]


async def post(office: Office) -> None:
    await raise_alarms(office)
    for _ in range(3):
        await ask(office)


async def redraw(office: Office) -> None:
    """Cards that stand are drawn anew."""
    for one in await office.requests():
        await press(office.edsger, await office.edsger.direct(), "Approve", one.id)


async def declare(office: Office) -> None:
    number = len(await incidents(office))
    await declared(office, f"/incident sev3 trouble number {number} of its own kind")


async def resolve(office: Office) -> None:
    incident = await declared(office, f"/incident drill sev3 trouble {len(await incidents(office))}")
    await press(office.margaret, str(incident.channel), "Take command", incident.number)
    assert await pressed(office.margaret, incident, "Resolve", reason="It is over.") == {"ok": True}


LOST = [{"method": "chat.postMessage", "when": "after", "times": 60}]
"""Answers that are lost, so that Daypass looks into the history."""
SCENARIOS: Mapping[str, tuple[Scenario | None, Scenario, list[Json]]] = {
    "chat.postMessage": (None, post, []),
    "chat.update": (post, redraw, []),
    "conversations.open": (None, post, []),
    "conversations.history": (None, post, LOST),
    "views.publish": (None, post, []),
}
"""By method: what happens before it goes wrong, what calls it, and what else goes wrong meanwhile."""
IN_ROOMS: Mapping[str, Scenario] = {
    "conversations.create": declare,
    "conversations.setTopic": declare,
    "conversations.invite": declare,
    "files.getUploadURLExternal": resolve,
    "files.completeUploadExternal": resolve,
}
"""Methods that incidents call, and by what."""
AT_ONCE = 4
"""Faults for one incident: each is waited for longer than the one before."""
SAMPLE = ("chat.postMessage", "chat.update")


@pytest.mark.parametrize("method", SCENARIOS if ALL else SAMPLE)
async def test_every_word(open_office: OpenOffice, method: str) -> None:
    before, calls, more = SCENARIOS[method]
    async with open_office(slack_pace=FAST) as office:
        for person in (office.ada, office.grace, office.edsger):
            await person.home()
        if before:
            await before(office)
        await office.quiet()
        await office.fault(fail=[*faults(method), *more])
        await calls(office)
        await used_up(office, method)
        await everything_is_right(office)


@pytest.mark.skipif(not ALL, reason="Slow: `make words` runs it.")
@pytest.mark.parametrize("method", IN_ROOMS)
async def test_every_word_in_rooms(open_office: OpenOffice, method: str) -> None:
    every = faults(method)
    async with open_office(slack_pace=FAST) as office:
        for start in range(0, len(every), AT_ONCE):
            await office.fault(fail=every[start : start + AT_ONCE])
            await IN_ROOMS[method](office)
            await used_up(office, method)
        rooms = [one.channel for one in await incidents(office)]
        assert None not in rooms
        assert len(rooms) == len(set(rooms))
        names = [
            one["name"]
            for one in await office.margaret.channels()
            if one["name"].startswith(("inc-", "drill-"))
        ]
        assert len(names) == len(rooms), "a channel was made twice"
        for incident in await incidents(office) if method.startswith("files") else ():
            shared = [name for name, _ in await files(office.margaret, str(incident.channel))]
            assert len(shared) == len(set(shared)) == 2, shared
        await everything_is_right(office)
