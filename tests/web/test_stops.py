"""Emergency stops in the console: a form, a page that lists what will end, progress, and lifting."""

import re

from bot.demo.actor import seen
from tests.flow.deeds import granted
from tests.flow.office import Office
from tests.web.conftest import People
from tests.web.reader import words
from workflows.system.stops.state import KIND, Stop

BECAUSE = "her laptop was stolen"


async def test_pressed_followed_and_lifted(office: Office, people: People) -> None:
    asked = await granted(office)
    radia = await people.signed_in("radia")
    csrf = await radia.form("/stops")
    given = {"csrf": csrf, "person": "Ada Lovelace", "resource": "", "reason": BECAUSE}
    confirmation = await radia.post("/stops", data=given)
    assert confirmation.status_code == 200
    assert "Read the feature warehouse" in words(confirmation.text)
    assert await office.daypass.reads.in_status(Stop, KIND, ("stopping", "in force")) == []

    found = re.search(rf'name="stop" value="({KIND}_[0-9A-Z]+)"', confirmation.text)
    assert found
    for _ in range(2):
        pressed = await radia.post("/stops", data={**given, "stop": found[1]})
        assert (pressed.status_code, pressed.headers["location"]) == (303, f"/stops/{found[1]}")
    await office.until("ended")

    async def page() -> str:
        return await radia.page(f"/stops/{found[1]}")

    async def confirmed() -> str | None:
        shown = await page()
        return shown if "1 of 1 ended and confirmed" in shown else None

    shown = await seen("every end is confirmed", confirmed)
    assert asked.id in shown
    assert BECAUSE in shown
    assert "stopped everything of Ada Lovelace" in await radia.page(f"/stories/{found[1]}")

    lifted = await radia.post(f"/stops/{found[1]}/lift", data={"csrf": csrf, "reason": "it was found"})
    assert lifted.status_code == 303
    assert "Lifted by" in await page()


async def test_ends_the_sessions_of_whoever_is_stopped(office: Office, people: People) -> None:
    ada = await people.signed_in("ada")
    csrf = await ada.form("/stops")
    given = {"csrf": csrf, "person": "Ada Lovelace", "reason": BECAUSE, "stop": f"{KIND}_{'0' * 26}"}
    assert (await ada.post("/stops", data=given)).status_code == 303

    async def signed_out() -> bool:
        return (await ada.get("/")).status_code == 303

    await seen("her session is over", signed_out)
    assert (await ada.get(await ada.way_back("ada"))).status_code == 403


async def test_is_refused_to_who_may_not_and_to_a_forged_form(office: Office, people: People) -> None:
    ada = await people.signed_in("ada")
    csrf = await ada.form("/stops")
    given = {"person": "Grace Hopper", "reason": BECAUSE}
    assert (await ada.post("/stops", data={**given, "csrf": csrf})).status_code == 403
    assert (await ada.post("/stops", data={**given, "csrf": "0" * 64})).status_code == 403
    for wrong in ({"person": "", "resource": ""}, {"person": "Nobody At All"}, {"reason": ""}):
        assert (await ada.post("/stops", data={**given, "csrf": csrf, **wrong})).status_code == 400
    assert await office.daypass.reads.in_status(Stop, KIND, ("stopping", "in force")) == []
