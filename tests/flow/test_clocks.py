"""A clock that is set while access is held, on a real Vault: said, refused, and ended all the same (P1)."""

from bot.demo.actor import seen
from bot.wiring.jobs import CLOCKS
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import WHY, ask, card, not_ready, press, submitted, token
from tests.flow.office import ALARMS, Office

SAMPLE = f"/access sample 30m because {WHY}"


async def compared(office: Office) -> None:
    await next(job for job in office.daypass.jobs.all() if job.name == CLOCKS).run()


async def test_a_clock_set_by_ten_minutes_refuses_what_begins_and_ends_what_is_held(
    open_office: OpenOffice,
) -> None:
    async with open_office(daypass_clock_alarm_seconds=5, daypass_clock_refuse_seconds=60) as office:
        asked = await ask(office, SAMPLE)
        direct = await office.ada.direct()
        await token(office.ada, direct, asked.id)
        assert await not_ready(office) == {}

        await office.forward(minutes=10)

        async def refused() -> bool:
            return "differs from Vault's by more than 60 s" in (await not_ready(office)).get("clocks", "")

        await seen("the clocks in /readyz", refused)
        answer = await submitted(office.ada, SAMPLE)
        assert "Try again when an operator has set the clocks right" in str(answer)
        await compared(office)
        await card(office.radia, ALARMS, "Nothing is granted and no credential is created until then")
        await press(office.ada, direct, "Give back", asked.id, "used once")
        await office.until("ended")

        office.clock.ahead *= 0

        async def ready() -> bool:
            return "clocks" not in await not_ready(office)

        await seen("nothing of clocks in /readyz", ready)
        await compared(office)
        assert (await ask(office, SAMPLE)).status == "active"

        async def cleared() -> bool:
            found = [one for one in (await office.log()) if one.action == "alarm.cleared"]
            return bool(found)

        await seen("the alarm cleared", cleared)
