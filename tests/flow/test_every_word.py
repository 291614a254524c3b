"""Every error word that Slack documents, before the deed and after it: what is open is right, and stands once."""

from collections.abc import Mapping

import pytest

from integrations.slack.channels import THERE
from integrations.slack.error_codes import Meaning, meaning_of
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import log_of, message, press, said
from tests.flow.every_word import (
    ALL,
    FAST,
    SUBJECTS,
    UNLIMITED,
    Scenario,
    everything_is_right,
    faults,
    hurried,
    left,
    left_behind,
    post,
    redraw,
    standing,
    until_used_up,
)
from tests.flow.office import ALARMS, APPROVALS, Office
from tests.flow.test_incidents import declared, files, incidents, pressed
from workflows.incidents.views import to_invite
from workflows.system.alarms import KIND as ALARM
from workflows.system.alarms import Alarm

SLOW = pytest.mark.skipif(not ALL, reason="Slow: `make words` runs it.")


async def lose(office: Office) -> None:
    """Answers are lost, so that Daypass looks into the history."""
    await office.fault(fail={"method": "chat.postMessage", "when": "after", "times": SUBJECTS})
    await post(office)


async def replace(office: Office) -> None:
    """Cards can't be changed any more, so that Daypass deletes them."""
    await office.fault(fail={"method": "chat.update", "error": "cant_update_message", "times": SUBJECTS})
    await redraw(office)


async def declare(office: Office) -> None:
    number = len(await incidents(office))
    await declared(office, f"/incident sev3 trouble number {number} of its own kind")


async def resolve(office: Office) -> None:
    incident = await declared(office, f"/incident sev2 trouble number {len(await incidents(office))}")
    await press(office.margaret, str(incident.channel), "Take command", incident.id)
    assert await pressed(office.margaret, incident, "Resolve", reason="It is over.") == {"ok": True}


SCENARIOS: Mapping[str, tuple[Scenario, Scenario]] = {
    "chat.postMessage": (post, post),
    "chat.update": (post, redraw),
    "chat.delete": (post, replace),
    "conversations.open": (post, post),
    "conversations.history": (post, lose),
    "views.publish": (post, post),
}
"""By method: what happens before it goes wrong, and what calls it."""
IN_ROOMS: Mapping[str, Scenario] = {
    "conversations.create": declare,
    "conversations.setTopic": declare,
    "conversations.invite": declare,
    "pins.add": declare,
    "files.getUploadURLExternal": resolve,
    "files.completeUploadExternal": resolve,
}
"""Methods that incidents call, and by what."""
LOOKED_UP = ("users.conversations", "conversations.info")
"""What Daypass asks about a channel that Slack refuses."""
PINNED = "conversations.replies"
SAMPLE = ("chat.postMessage", "chat.update")
TRIED = (*SCENARIOS, *IN_ROOMS, *LOOKED_UP, PINNED)


@pytest.mark.parametrize("method", SCENARIOS if ALL else SAMPLE)
async def test_every_word(open_office: OpenOffice, method: str) -> None:
    before, calls = SCENARIOS[method]
    async with open_office(slack_pace=FAST, **UNLIMITED) as office:
        for person in (office.ada, office.grace, office.edsger):
            await person.home()
        if before != calls:
            await before(office)
        await office.quiet()
        await office.fault(fail=faults(method))
        await until_used_up(office, method, calls)
        await office.fault(heal=True)
        await office.quiet()
        await everything_is_right(office)
        if method == "chat.delete":
            await every_card_left_behind_is_named(office)


async def every_card_left_behind_is_named(office: Office) -> None:
    """Where an old card stays, the one in its place says which to use."""
    shown = await standing(office)
    for channel, ts in await left_behind(office):
        old = await message_at(office, channel, ts)
        if old is None:
            continue
        name = old["metadata"]["event_payload"]
        (new,) = [
            one for place, one in shown if place == channel and one["metadata"]["event_payload"] == name
        ]
        assert "Use this card" in said(new), name


async def message_at(office: Office, channel: str, ts: str) -> dict[str, object] | None:
    page = await office.api("conversations.history", channel=channel, limit=900, include_all_metadata=True)
    return next((one for one in page["messages"] if one["ts"] == ts), None)


@SLOW
@pytest.mark.parametrize("method", LOOKED_UP)
async def test_every_word_about_a_channel(open_office: OpenOffice, method: str) -> None:
    """While a channel is refused it is looked for and looked at; afterwards it has all its cards, and no alarm."""
    async with open_office(slack_pace=FAST, **UNLIMITED) as office:
        await post(office)
        await office.quiet()
        for place in (APPROVALS, ALARMS):
            await office.fault(
                fail={
                    "method": "chat.postMessage",
                    "error": "channel_not_found",
                    "place": place,
                    "times": -1,
                }
            )
        await office.fault(fail=faults(method))
        await post(office)
        async with hurried(office):
            while await left(office, method):
                await office.daypass.duties.slack.run()
        await office.fault(heal=True)
        await office.quiet()
        await message(office.radia, ALARMS, "Over:", "#access-approvals")
        await everything_is_right(office)
        raised = await office.daypass.reads.in_status(Alarm, ALARM, ["raised"])
        assert not [one.key for one in raised if one.key.startswith("slack")]


@SLOW
@pytest.mark.parametrize("method", IN_ROOMS)
async def test_every_word_in_rooms(open_office: OpenOffice, method: str) -> None:
    async with open_office(slack_pace=FAST, **UNLIMITED) as office, hurried(office):
        await office.fault(fail=faults(method))
        await until_used_up(office, method, IN_ROOMS[method])
        made = await incidents(office)
        assert len({one.channel for one in made} - {None}) == len(made)
        listed = await office.api("conversations.list", limit=900, types="public_channel,private_channel")
        named = [one["name"] for one in listed["channels"] if one["name"].startswith(("inc-", "drill-"))]
        assert len(named) == len(made), "a channel was made twice"
        directory, missing = office.daypass.known.world().directory, 0
        for incident in made:
            assert not to_invite(incident, directory), "somebody was neither invited nor named"
            told = await office.api("conversations.members", channel=incident.channel, limit=900)
            missing += len(set(incident.invited) - set(told["members"]))
        assert missing <= len(THERE), "only who is said to be there already isn't invited"
        for incident in made if method.startswith("files") else ():
            shared = [name for name, _ in await files(office.margaret, str(incident.channel))]
            assert len(shared) == len(set(shared)) == 2, shared
        await everything_is_right(office)


@SLOW
async def test_every_word_about_what_is_pinned(open_office: OpenOffice) -> None:
    """What is pinned is in the timeline once, unless Slack says that it is no longer there."""
    method, every = PINNED, faults(PINNED)
    gone = [one for one in every if "error" in one and meaning_of(method, one["error"]) is Meaning.FINAL]
    async with open_office(slack_pace=FAST, **UNLIMITED) as office, hurried(office):
        incident = await declared(office)
        channel = str(incident.channel)
        await office.fault(fail=every)
        pinned = 0
        while await left(office, method):
            for _ in range(SUBJECTS):
                await office.ada.say(f"It is seen {pinned} times.", channel)
                ts = (await message(office.ada, channel, f"seen {pinned} times"))["ts"]
                await office.ada.react(channel, ts, "pushpin")
                pinned += 1
            await office.quiet()
        noted = (await log_of(office, incident.id)).count("incident.note-added")
        assert noted == pinned - len(gone)
        await everything_is_right(office)
