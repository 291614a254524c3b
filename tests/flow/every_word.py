"""Every word that Slack documents, in bulk against one process: how each is injected, and what has to be right then."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

from sqlalchemy import select

from bot.demo.actor import Json
from bot.demo.slack_sandbox.methods import METHODS
from bot.slack.health_watch import SLACK_KINDS
from bot.slack.message import Message
from bot.slack.message_store import MessageStore
from bot.wiring.jobs import EFFECTS
from bot.wiring.slack import PRESENTERS
from integrations.slack.content_digest import digests_of
from tests.flow.deeds import ask, press
from tests.flow.office import EVERYBODY, Office
from tests.flow.test_home import published
from workflows.database import tables
from workflows.database.stored_messages import HOME, SUPERSEDED, Slot, StoredMessages
from workflows.ledger import effect_queue
from workflows.system.alarms import KIND as ALARM
from workflows.system.alarms import Alarm, RaiseAlarm, alarm_id
from workflows.workflow import CLOCKWORK

ALL = bool(os.environ.get("EVERY_WORD"))
"""`make words` sets it; the ordinary suite takes every tenth word."""
FAST = 0.002
SUBJECTS = 12 if ALL else 5
MOST_ROUNDS = 120
HURRY_EVERY_SECONDS = 0.05
UNLIMITED = {"daypass_max_started_per_hour": 10_000, "daypass_max_pending": 10_000}
Scenario = Callable[[Office], Awaitable[None]]
OTHERWISE: tuple[Json, ...] = ({"status": 502, "html": "<h1>Bad Gateway</h1>"}, {"reset": True})
"""What may come in place of a word."""


def faults(method: str, when: Iterable[str] = ("before", "after")) -> list[Json]:
    """One for each word, before the deed and after it, and for what is no word at all."""
    words = sorted(METHODS[method].words)
    named: list[Json] = [{"error": word} for word in (words if ALL else words[::10])]
    return [
        {"method": method, "when": one, "retry_after": 0.05, **what}
        for one in when
        for what in [*named, *OTHERWISE]
    ]


async def left(office: Office, method: str) -> int:
    """How many of the method's faults have yet to strike."""
    async with office.session.get(f"{office.page}/sandbox/control") as answer:
        return sum(one["method"] == method for one in (await answer.json())["faults"])


async def until_used_up(office: Office, method: str, calls: Scenario) -> None:
    """Go on until every fault has struck, and everything is done."""
    for _ in range(MOST_ROUNDS):
        await calls(office)
        await office.quiet()
        if not await left(office, method):
            return
    raise AssertionError(f"{await left(office, method)} faults have not struck")


@asynccontextmanager
async def hurried(office: Office) -> AsyncIterator[None]:
    """Meanwhile nothing that Slack refuses waits long for its next attempt."""

    async def hurry() -> None:
        while True:
            await effect_queue.hurry(office.daypass.store, SLACK_KINDS, office.clock())
            office.daypass.clockwork.wake(EFFECTS)
            await asyncio.sleep(HURRY_EVERY_SECONDS)

    task = asyncio.create_task(hurry())
    try:
        yield
    finally:
        task.cancel()


async def raise_alarms(office: Office) -> None:
    before = len(await office.daypass.reads.versions(ALARM, ["raised"]))
    for number in range(before, before + SUBJECTS):
        sentence = f"Something is wrong with the lease {number}."
        await office.daypass.ledger.handle(
            RaiseAlarm(alarm_id(sentence), sentence, sentence), CLOCKWORK, "clockwork"
        )


async def post(office: Office) -> None:
    """New cards in channels and direct messages, and changed App Homes."""
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


async def everything_is_right(office: Office) -> None:
    """Each card and App Home is as it should be, and nothing stands twice, once nothing happens any more.

    Daypass watches Slack, clocks and people meanwhile: what it has recorded while it was looked at isn't shown yet.
    """
    for _ in range(MOST_ROUNDS):
        recorded = len(await office.log())
        await office.quiet()
        try:
            return await _is_right(office)
        except AssertionError:
            if len(await office.log()) == recorded:
                raise
    raise AssertionError("something was recorded each time that the cards were looked at")


async def _is_right(office: Office) -> None:
    board = MessageStore(
        office.daypass.jobs.sinks[0].client, StoredMessages(office.daypass.store, office.clock)
    )
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
        drawn = await board.kept.drawn_at(name[0], shown[name]["ts"])
        assert drawn, name
        assert drawn.digests & digests_of(shown[name]), name
        assert message.text.split("\n")[0][:20] in shown[name]["text"]
    await homes_are_right(office, board)


async def homes_are_right(office: Office, board: MessageStore) -> None:
    """What Daypass would publish now is what it has published last, and that is what Slack shows."""
    for slot in await board.slots(HOME):
        person = office.person(slot.place.removeprefix("person:"))
        before = published(office, person)
        await office.daypass.jobs.drawing.home(person.id, again=False)
        assert published(office, person) == before, person.id
        drawn = await board.kept.drawn_home(person.id)
        assert drawn and before
        assert drawn.digests & digests_of(before), person.id


async def wanted(office: Office) -> Mapping[Slot, Message]:
    """Every card as it should be now."""
    daypass = office.daypass
    board, found = (
        MessageStore(daypass.jobs.sinks[0].client, StoredMessages(daypass.store, office.clock)),
        {},
    )
    for presenter in PRESENTERS:
        for state in await daypass.reads.in_status(presenter.state, presenter.kind, sorted(presenter.open)):
            found |= presenter.cards(state, daypass.known.world(), await board.slots(state.id))
    return found


async def standing(office: Office) -> list[tuple[str, Json]]:
    """Every message of Daypass's that carries its name, with its channel; without those known to be left behind."""
    listed = await office.api("users.conversations", limit=900, types="public_channel,private_channel,im")
    channels = {one["id"] for id in EVERYBODY for one in await office.person(id).channels()}
    channels |= {one["id"] for one in listed["channels"]}
    behind, found = await left_behind(office), []
    for channel in sorted(channels):
        page = await office.api(
            "conversations.history", channel=channel, limit=900, include_all_metadata=True
        )
        found += [
            (channel, one)
            for one in page.get("messages", [])
            if one.get("metadata") and (channel, one["ts"]) not in behind
        ]
    return found


async def left_behind(office: Office) -> frozenset[tuple[str, str]]:
    """Channel and `ts` of what could neither be changed nor deleted."""
    table = tables.messages.c
    async with office.daypass.store.read_transaction() as connection:
        rows = await connection.execute(
            select(table.channel, table.ts).where(table.slot.startswith(SUPERSEDED))
        )
        return frozenset((str(row.channel), str(row.ts)) for row in rows)
