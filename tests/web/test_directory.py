"""An identity provider pushes to a running Daypass: who leaves loses what they hold, and operators decide about many."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from bot.demo.actor import seen
from bot.demo.cast import EDSGER, GRACE
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import granted
from tests.flow.office import Office
from tests.web.conftest import People
from workflows.system.departures.state import KIND, Departure

TOKEN = "t" * 40
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def user(name: str, active: bool) -> dict[str, Any]:
    return {"schemas": [USER], "userName": f"{name}@northwind.example", "active": active}


@pytest.fixture
async def office(open_office: OpenOffice, signing_in: dict[str, object]) -> AsyncIterator[Office]:
    async with open_office(**signing_in, daypass_scim_tokens=TOKEN, daypass_scim_hold_above=1) as office:
        yield office


async def test_a_leaver_loses_access_and_more_wait_for_an_operator(office: Office, people: People) -> None:
    asked = await granted(office)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(base_url=f"{office.url}/scim/v2", headers=headers, timeout=60) as provider:
        ids = {}
        for name in ("ada", "grace", "edsger"):
            answer = await provider.post("/Users", json=user(name, True))
            assert answer.status_code == 201, answer.text
            ids[name] = answer.json()["id"]
        answer = await provider.put(f"/Users/{ids['ada']}", json=user("ada", False))
        assert answer.json()["active"] is False
        ended = await office.until("ended")
        assert (ended.id, ended.grant.how) == (asked.id, "revoked")
        for name in ("grace", "edsger"):
            await provider.delete(f"/Users/{ids[name]}")

    async def both_are_held() -> Departure | None:
        held = await office.daypass.reads.in_status(Departure, KIND, ("held",))
        return next((one for one in held if len({GRACE, EDSGER} & set(one.people)) == 2), None)

    held = await seen("both are held", both_are_held)
    radia = await people.signed_in("radia")
    page = await radia.page("/directory")
    assert "1 user (0 active)" in page and "Waiting for an operator" in page
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', (await radia.get("/directory")).text)
    assert digest
    given = {"csrf": await radia.form("/directory"), "digest": digest[1]}
    rejected = await radia.post(f"/directory/{held.id}/reject", data=given)
    assert (rejected.status_code, rejected.headers["location"]) == (303, "/directory")
    assert "Rejected" in await radia.page("/directory")
    assert "rejected it: they keep what they hold" in await radia.page(f"/stories/{held.id}")
