"""Kits through the API: requested at once, refused as a whole, and each request found in the log by the kit."""

from collections.abc import AsyncIterator

import pytest

from bot.demo.actor import Json, seen
from tests.access.kits import KITS, READING
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import press
from tests.flow.office import APPROVALS, Office
from tests.web.reader import Anybody

ASKED = {"kit": "churn", "duration": "30m", "justification": "the nightly training needs its features"}


@pytest.fixture
async def office(
    open_office: OpenOffice, signing_in: dict[str, object], rules: Rules
) -> AsyncIterator[Office]:
    bundle = rules()
    (bundle / "kits.yaml").write_text(KITS)
    async with open_office(daypass_bundle=bundle, **signing_in) as office:
        yield office


async def test_a_kit_is_requested_decided_and_given_back(office: Office, machine: Anybody) -> None:
    (offered,) = (await machine.get("/api/v1/kits")).json()["items"]
    assert (offered["id"], [one["eligible"] for one in offered["entitlements"]]) == ("churn", [True] * 3)
    refused = await machine.post("/api/v1/kit-requests", json=ASKED)
    assert (refused.status_code, "ticket" in refused.json()["errors"]) == (422, True)

    asked = {**ASKED, "entitlements": list(READING)}
    made = await machine.post("/api/v1/kit-requests", json=asked, headers={"Idempotency-Key": "one"})
    assert made.status_code == 201, made.text
    again = await machine.post("/api/v1/kit-requests", json=asked, headers={"Idempotency-Key": "one"})
    path = made.headers["Location"]
    assert again.json()["id"] == made.json()["id"]

    async def statuses() -> dict[str, str]:
        found: Json = (await machine.get(path)).json()
        return {one["entitlement"]: one["status"] for one in found["requests"]}

    async def come_to(reading: str, sample: str) -> None:
        async def there() -> bool:
            return await statuses() == {"warehouse": reading, "warehouse-sample": sample}

        await seen(f"{reading} and {sample}", there)

    await come_to("pending", "active")
    await press(office.grace, APPROVALS, "Approve", made.json()["id"])
    await come_to("active", "active")
    assert (await machine.post(f"{path}/give-back")).status_code == 200
    await come_to("ended", "ended")

    async def in_the_log() -> set[str]:
        page = await machine.get("/api/v1/audit/events", params={"resource": "kit:churn", "limit": 100})
        found: set[str] = {one["subject"] for one in page.json()["items"]}
        return found if len(found) == len(READING) else set()

    assert made.json()["id"] in await seen("both in a search for the kit", in_the_log)
    assert (await machine.post(f"{path}/withdraw")).json()["code"] == "decided"
