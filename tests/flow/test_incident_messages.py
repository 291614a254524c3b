"""What an incident tells beside its card: role offers to one person, and short messages in its channel."""

from bot.demo.actor import Actor, Json, seen
from bot.demo.cast import GRACE
from tests.flow.deeds import buttons, message, press, said
from tests.flow.office import Office
from tests.flow.test_incidents import crewed, now, pressed
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


class TestARoleOffer:
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
