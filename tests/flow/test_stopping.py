"""The red button in Slack: a window lists what will end, everything ends and is confirmed, and it can be lifted."""

from bot.demo.actor import Json, seen
from tests.flow.deeds import card, granted, press, submitted, token, told, window
from tests.flow.office import ALARMS, GENERAL, Office
from workflows.system.stops.state import KIND, Stop

BECAUSE = "her laptop was stolen"


async def stops(office: Office) -> list[Stop]:
    return await office.daypass.reads.in_status(Stop, KIND, ("stopping", "in force", "over"))


async def stop(office: Office, typed: str, who: str = "radia") -> Json:
    """Type the command and submit the window; Slack's answer."""
    person = getattr(office, who)
    await person.command(f"/access stop {typed}", GENERAL)
    view = await window(person, "This ends")
    return dict(
        await person.submit(view, {"reason": {"reason": {"type": "plain_text_input", "value": BECAUSE}}})
    )


async def confirmed(office: Office) -> Stop:
    async def look() -> Stop | None:
        found = await stops(office)
        return found[-1] if found and found[-1].confirmed_at else None

    found: Stop = await seen("the stop is confirmed", look)
    return found


class TestEverythingOfAPerson:
    async def test_ends_and_is_confirmed_by_vault(self, office: Office) -> None:
        asked = await granted(office)
        await token(office.ada, await office.ada.direct(), asked.id)
        assert await stop(office, f"everything of @ada because {BECAUSE}") == {"ok": True}
        found = await confirmed(office)
        (ending,) = found.endings
        assert (ending.request, ending.outcome) == (asked.id, "ended")
        assert "vault" in ending.confirmed_by
        shown = await card(office.radia, ALARMS, found.id, "1 of 1 ended and confirmed")
        assert BECAUSE in str(shown)

    async def test_is_refused_to_who_may_not(self, office: Office) -> None:
        await office.ada.command("/access stop everything of @grace because I can", GENERAL)
        await told(office.ada, GENERAL, "policy doesn't let you stop")
        assert await stops(office) == []

    async def test_may_be_one_s_own_and_somebody_else_lifts_it(self, office: Office) -> None:
        asked = await granted(office)
        assert await stop(office, "everything of me because I lost my phone", "ada") == {"ok": True}
        found = await confirmed(office)
        assert (found.owner, [one.request for one in found.endings]) == (asked.requester, [asked.id])
        answer = await submitted(office.ada, "/access warehouse 1h because it is all right again")
        assert "stopped in an emergency" in str(answer)
        await press(office.radia, ALARMS, "Lift", found.id)
        why = await window(office.radia, "Why is it over?")
        await office.radia.submit(why, {"reason": {"reason": {"type": "plain_text_input", "value": "found"}}})
        await card(office.radia, ALARMS, found.id, "Lifted by")
        (after,) = await stops(office)
        assert after.status == "over"


async def test_what_is_unknown_is_not_stopped(office: Office) -> None:
    await office.radia.command("/access stop warehose because it leaks", GENERAL)
    await told(office.radia, GENERAL, "nothing was stopped", "warehouse")
    assert await stops(office) == []
