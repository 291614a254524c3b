"""A link that fills in a request, followed in a browser: it shows what it would fill in, and Slack has the form."""

import re

from bot.demo.actor import text_of, values_of
from tests.flow.deeds import message, window
from tests.flow.office import Office
from tests.web.conftest import People

EVIL = "<script>alert(1)</script> & <!channel>"
LINK = {"entitlement": "warehouse", "for": "45m", "because": f"runbook {EVIL}", "surprise": "1"}


async def test_it_shows_what_it_fills_in_and_sends_its_reader_the_form(
    office: Office, people: People
) -> None:
    somebody = await people.nobody()
    turned_away = await somebody.get("/ask", params=LINK)
    assert turned_away.status_code == 303
    assert "then=%2Fask" in turned_away.headers["location"]

    ada = await people.signed_in("ada")
    page = await ada.get("/ask", params=LINK)
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert "Nothing has been requested" in page.text
    assert "Waiting for" in page.text or "Grace" in page.text
    assert "doesn&#39;t ask for “surprise”" in page.text
    assert (await ada.get("/ask", params={**LINK, "entitlement": "nothing"})).status_code == 404

    forged = await ada.post("/ask", data=LINK)
    assert forged.status_code == 403
    assert await office.ada.messages(await office.ada.direct()) == []

    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf
    sent = await ada.post("/ask", data={**LINK, "csrf": csrf[1]})
    assert "Look in your messages" in sent.text, sent.text
    direct = await office.ada.direct()
    told = await message(office.ada, direct, "Nothing has been requested yet")
    await office.ada.press(direct, told, "Open the form")
    form = await window(office.ada, "Needs 1 approval")
    held = values_of(form)
    assert held["justification"]["justification"]["value"] == f"runbook {EVIL}"
    assert "45 minutes" in str(held)
    assert "Read the feature warehouse" in text_of(form) or "warehouse" in str(held)
    assert await office.requests() == []
    assert await office.grace.messages(await office.grace.direct()) == []
