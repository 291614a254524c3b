"""What an incident tells beside its card: role offers to one person, and short messages in its channel."""

import pytest

from bot.demo.actor import Actor, Json, button_under, filled, seen, values_of
from bot.demo.cast import GRACE
from tests.flow.conftest import Sharing
from tests.flow.deeds import act, buttons, form, give_reason, message, press, said
from tests.flow.office import GENERAL, Office
from tests.flow.test_incidents import INCIDENTS, crewed, given, now, pressed, run, until
from tests.flow.test_slack_refuses import unready
from workflows.incidents.state import Incident

BRIEF = "The features are from Tuesday."
AGAIN = "Now they are from Wednesday."


async def offers(office: Office, incident: Incident, brief: str) -> Json:
    """Margaret offers Grace the role of responder; the message that tells her."""
    answer = await pressed(office.margaret, incident, "Roles", role="responder", who=GRACE, brief=brief)
    assert answer == {"ok": True}
    return await message(office.grace, await office.grace.direct(), "offers you the role", brief)


async def without_buttons(person: Actor, ts: str) -> str:
    """What the direct message says when there is nothing to press under it any more."""

    async def look() -> str | None:
        (found,) = [one for one in await person.messages(await person.direct()) if one["ts"] == ts]
        return None if buttons(found) else said(found)

    found: str = await seen("a message without buttons", look)
    return found


class TestARoleOffer(Sharing):
    async def test_is_accepted_in_the_message_that_tells_of_it(self, office: Office) -> None:
        incident = await crewed(office)
        told = await offers(office, incident, BRIEF)
        assert buttons(told) == ["Accept", "Decline"]
        await press(office.grace, await office.grace.direct(), "Accept", BRIEF)
        assert "closed" in await without_buttons(office.grace, told["ts"])
        assert (await now(office, incident)).holders["responder"] == GRACE

    async def test_that_was_declined_and_made_again_can_be_answered_once(self, office: Office) -> None:
        incident = await crewed(office)
        first = await offers(office, incident, BRIEF)
        await press(office.grace, await office.grace.direct(), "Decline", BRIEF)
        await without_buttons(office.grace, first["ts"])
        second = await offers(office, incident, AGAIN)
        await office.quiet()
        await without_buttons(office.grace, first["ts"])
        assert await pressed(office.margaret, incident, "Resolve", reason="The job had stopped.") == {
            "ok": True
        }
        await without_buttons(office.grace, second["ts"])


LINES = (":arrow_forward:", ":white_check_mark:", ":x:", ":fast_forward:", ":memo:")


async def lines(office: Office, channel: str) -> list[str]:
    """The short messages in the channel, oldest first, once all is done."""
    await office.quiet()
    found = [str(one["text"]) for one in await office.margaret.messages(channel) if not one["ephemeral"]]
    return [text for text in found if text.startswith(LINES)]


def titled(incident: Incident, step: str) -> str:
    """What people call the step."""
    terms = incident.step_terms(step)
    assert terms
    return terms.title


async def skip(office: Office, incident: Incident, title: str, reason: str) -> None:
    """Margaret skips a step of the checklist."""
    channel = str(incident.channel)
    shown = await message(office.margaret, channel, "Playbook:", title)
    found = button_under(shown, title)
    assert found
    (button,) = [
        element
        for block in shown["blocks"]
        if block["block_id"] == found[0]
        for element in block["elements"]
        if element["text"]["text"] == "Skip"
    ]
    await office.margaret.act({"type": "message", "channel": channel, "ts": shown["ts"]}, found[0], button)
    await give_reason(office.margaret, reason)


class TestItsChannel(Sharing):
    async def test_hears_of_each_step_and_note_once_in_their_order(self, office: Office) -> None:
        incident = await crewed(office)
        channel = str(incident.channel)
        await office.margaret.command("/incident note *It* was the job", channel)
        await given(office, incident)
        await run(office.margaret, incident, "Stop releases")
        await until(office, incident, "stop-releases", "done")
        look, stop = (titled(incident, step) for step in ("look-inside", "stop-releases"))
        assert [line.replace("\u2060", "") for line in await lines(office, channel)] == [
            ":memo: Margaret Hamilton: *It* was the job",
            f":arrow_forward: Margaret Hamilton started *{look}*",
            f":white_check_mark: *{look}*: done. Granted.",
            f":white_check_mark: *{stop}*: done by Margaret Hamilton. Releases of ranking-model are stopped until this "
            "incident is resolved.",
        ]

    async def test_is_not_told_again_what_was_pinned_in_it(self, office: Office) -> None:
        incident = await crewed(office)
        channel = str(incident.channel)
        await office.ada.say("It began at two.", channel)
        ts = (await message(office.ada, channel, "It began"))["ts"]
        await office.ada.react(channel, ts, "pushpin")

        async def noted() -> bool:
            return (await now(office, incident)).notes == 1

        await seen("the note", noted)
        assert await lines(office, channel) == []

    @pytest.mark.parametrize("when", ["before", "after"])
    async def test_is_told_once_when_posting_failed(self, office: Office, when: str) -> None:
        incident = await crewed(office)
        channel = str(incident.channel)
        await office.quiet()
        await office.fault(fail={"method": "chat.postMessage", "place": channel, "when": when})
        await skip(office, incident, "Stop releases", "There are none today.")
        (line,) = await seen("a line", lambda: lines(office, channel))
        assert (
            line
            == f":fast_forward: Margaret Hamilton skipped *{titled(incident, 'stop-releases')}*: There are none today."
        )

    async def test_alone_hears_of_them(self, office: Office) -> None:
        incident = await crewed(office)
        await office.margaret.command("/incident note Only for us.", str(incident.channel))
        await message(office.margaret, str(incident.channel), ":memo:", "Only for us.")
        for channel in (INCIDENTS, GENERAL):
            assert await lines(office, channel) == []


async def pinned(office: Office, incident: Incident) -> list[str]:
    """The `ts` of the messages pinned to its channel."""
    found = await office.api("pins.list", channel=str(incident.channel))
    return [str(one["message"]["ts"]) for one in found["items"]]


class TestItsCard(Sharing):
    async def test_is_pinned_and_again_when_somebody_deleted_it(self, office: Office) -> None:
        incident = await crewed(office)
        channel = str(incident.channel)
        shown = await message(office.margaret, channel, incident.number, "Open")
        assert await pinned(office, incident) == [shown["ts"]]
        await office.api("chat.delete", channel=channel, ts=shown["ts"])
        await office.margaret.command("/incident mitigate", channel)
        again = await message(office.margaret, channel, incident.number, "Mitigated")
        await office.quiet()
        assert again["ts"] != shown["ts"]
        assert await pinned(office, incident) == [again["ts"]]


class TestACardThatCantBePinned:
    async def test_stands_all_the_same_while_slack_lets_nobody_pin_it(self, office: Office) -> None:
        refusal = {"error": "missing_scope", "needed": "pins:write", "times": -1}
        await office.fault(fail={"method": "pins.add", **refusal})
        incident = await crewed(office)
        await message(office.margaret, str(incident.channel), "Playbook:")
        assert await pinned(office, incident) == []
        await unready(office, "pins.add", "pins:write")
        await office.fault(heal=True)
        await office.margaret.command("/incident mitigate", str(incident.channel))
        await office.quiet()
        shown = await message(office.margaret, str(incident.channel), incident.number, "Mitigated")
        assert await pinned(office, incident) == [shown["ts"]]


class TestItsForm(Sharing):
    async def test_brings_the_playbook_of_the_service_and_keeps_what_was_typed(self, office: Office) -> None:
        view = await form(office.ada, "/incident")
        assert chosen_in(view, "playbook") is None
        typed = filled(view, title="Stale features", severity="sev2", service="ranking-model")
        ((name, action),) = typed["service"].items()
        await act(office.ada, {"type": "view", "view_id": view["id"]}, "service", name, action, typed)

        async def brought() -> Json | None:
            now = await office.ada.modal()
            return now if now and chosen_in(now, "playbook") else None

        now_shown = await seen("a playbook in the form", brought)
        assert chosen_in(now_shown, "playbook") == "stale-features"
        assert (chosen_in(now_shown, "service"), chosen_in(now_shown, "severity")) == (
            "ranking-model",
            "sev2",
        )
        assert values_of(now_shown)["title"]["title"]["value"] == "Stale features"


def chosen_in(view: Json, field: str) -> str | None:
    """The option that a field of the window holds."""
    held = next(one for block, one in values_of(view).items() if block.partition(":")[0] == field)
    ((_, element),) = held.items()
    return (element["selected_option"] or {}).get("value")
