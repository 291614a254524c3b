"""Every error word that Slack documents, before the deed and after it: what is open is right, and stands once."""

import os
from collections.abc import Awaitable, Callable, Mapping

import pytest

from bot.app import ARTISTS
from bot.demo.actor import Json
from integrations.sandbox.methods import METHODS
from integrations.slack.board import Board, Message, Slot
from integrations.slack.canonical import digests_of
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import ask, press
from tests.flow.office import EVERYBODY, Office
from tests.flow.test_incidents import declared, files, incidents, pressed
from workflows.alarms import KIND as ALARM
from workflows.alarms import Alarm, RaiseAlarm, alarm_id
from workflows.workflow import CLOCKWORK

ALL = bool(os.environ.get("EVERY_WORD"))
"""`make words` sets it; the ordinary suite takes every tenth word."""
FAST = 0.002
SUBJECTS = 12 if ALL else 5
MOST_ROUNDS = 40
Scenario = Callable[[Office], Awaitable[None]]
OTHERWISE = {"": {"status": 502, "html": "<h1>Bad Gateway</h1>"}, "reset": {"reset": True}}
"""What may come in place of a word."""


def faults(method: str) -> list[Json]:
    """One for each word, before the deed and after it, and for what is no word at all."""
    words = sorted(METHODS[method].words)
    named = [{"error": word} for word in (words if ALL else words[::10])]
    return [
        {"method": method, "when": when, **what}
        for when in ("before", "after")
        for what in [*named, *OTHERWISE.values()]
    ]


async def left(office: Office) -> int:
    """How many faults have yet to strike."""
    async with office.session.get(f"{office.page}/sandbox/control") as answer:
        return len((await answer.json())["faults"])


async def until_used_up(office: Office, calls: Scenario) -> None:
    """Go on until every fault has struck, and everything is done."""
    for _ in range(MOST_ROUNDS):
        await calls(office)
        await office.quiet()
        if not await left(office):
            return
    raise AssertionError(f"{await left(office)} faults have not struck")


async def raise_alarms(office: Office) -> None:
    before = len(await office.daypass.reads.versions(ALARM, ["raised"]))
    for number in range(before, before + SUBJECTS):
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


async def post(office: Office) -> None:
    await raise_alarms(office)
    if len(await office.requests()) < SUBJECTS:
        await ask(office)
        await ask(office)


async def redraw(office: Office) -> None:
    """Cards that stand are drawn anew: alarms that are over are raised again."""
    for state in await office.daypass.reads.in_status(Alarm, ALARM, ["raised"]):
        command = RaiseAlarm(state.id, state.key, f"{state.sentence} Still.")
        await office.daypass.ledger.handle(command, CLOCKWORK, "clockwork")
    waiting = [one for one in await office.requests() if one.status == "pending"]
    for one in waiting[:1]:
        await press(office.edsger, await office.edsger.direct(), "Approve", one.id)


async def lose(office: Office) -> None:
    """Answers are lost, so that Daypass looks into the history."""
    await office.fault(fail={"method": "chat.postMessage", "when": "after", "times": SUBJECTS})
    await post(office)


async def declare(office: Office) -> None:
    number = len(await incidents(office))
    await declared(office, f"/incident sev3 trouble number {number} of its own kind")


async def resolve(office: Office) -> None:
    incident = await declared(office, f"/incident sev2 trouble number {len(await incidents(office))}")
    await press(office.margaret, str(incident.channel), "Take command", incident.number)
    assert await pressed(office.margaret, incident, "Resolve", reason="It is over.") == {"ok": True}


SCENARIOS: Mapping[str, tuple[Scenario, Scenario]] = {
    "chat.postMessage": (post, post),
    "chat.update": (post, redraw),
    "conversations.open": (post, post),
    "conversations.history": (post, lose),
    "views.publish": (post, post),
}
"""By method: what happens before it goes wrong, and what calls it."""
IN_ROOMS: Mapping[str, Scenario] = {
    "conversations.create": declare,
    "conversations.setTopic": declare,
    "conversations.invite": declare,
    "files.getUploadURLExternal": resolve,
    "files.completeUploadExternal": resolve,
}
"""Methods that incidents call, and by what."""
AT_ONCE = 4
"""Faults at a time: what a channel is made by waits longer after each."""
SAMPLE = ("chat.postMessage", "chat.update")


@pytest.mark.parametrize("method", SCENARIOS if ALL else SAMPLE)
async def test_every_word(open_office: OpenOffice, method: str) -> None:
    before, calls = SCENARIOS[method]
    async with open_office(slack_pace=FAST) as office:
        for person in (office.ada, office.grace, office.edsger):
            await person.home()
        if before != calls:
            await before(office)
        await office.quiet()
        await office.fault(fail=faults(method))
        await until_used_up(office, calls)
        await everything_is_right(office)


@pytest.mark.skipif(not ALL, reason="Slow: `make words` runs it.")
@pytest.mark.parametrize("method", IN_ROOMS)
async def test_every_word_in_rooms(open_office: OpenOffice, method: str) -> None:
    every = faults(method)
    async with open_office(
        slack_pace=FAST, daypass_max_started_per_hour=1_000, daypass_max_pending=1_000
    ) as office:
        for start in range(0, len(every), AT_ONCE):
            await office.fault(fail=every[start : start + AT_ONCE])
            await until_used_up(office, IN_ROOMS[method])
        made = await incidents(office)
        assert len({one.channel for one in made} - {None}) == len(made)
        listed = await office.api("conversations.list", limit=900, types="public_channel,private_channel")
        named = [one["name"] for one in listed["channels"] if one["name"].startswith(("inc-", "drill-"))]
        assert len(named) == len(made), "a channel was made twice"
        for incident in made if method.startswith("files") else ():
            shared = [name for name, _ in await files(office.margaret, str(incident.channel))]
            assert len(shared) == len(set(shared)) == 2, shared
        await everything_is_right(office)
