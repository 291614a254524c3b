"""Access for later and until a run ends, through the API and in the console."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlencode

from tests.flow.deeds import press
from tests.flow.office import APPROVALS, Office
from tests.web.conftest import People
from tests.web.reader import Anybody, words
from tests.web.test_api import ASKED, ask


def at(office: Office, **ahead: float) -> datetime:
    return (office.clock() + timedelta(**ahead)).replace(microsecond=0)


class TestStartingLater:
    async def test_takes_a_time_with_its_offset(self, office: Office, machine: Anybody) -> None:
        starts_at = at(office, hours=2).astimezone(timezone(timedelta(hours=5, minutes=45)))
        asked = await ask(machine, starts_at=starts_at.isoformat())
        assert datetime.fromisoformat(asked["starts_at"]) == starts_at
        await press(office.grace, APPROVALS, "Approve", asked["id"])
        await office.until("scheduled")
        grant = (await machine.get(f"/api/v1/grants/{asked['id']}")).json()
        assert grant["status"] == "scheduled"
        assert datetime.fromisoformat(grant["ends_at"]) == starts_at + timedelta(minutes=30)
        refused = await machine.post(f"/api/v1/grants/{asked['id']}/credentials")
        assert (refused.status_code, refused.json()["code"]) == (409, "not-started")
        await office.forward(hours=2, seconds=1)
        await office.until("active")

    async def test_at_an_impossible_time_is_refused_at_its_field(self, machine: Anybody, subtests) -> None:
        for starts_at, field in [
            ("2026-12-01T09:00", "body.starts_at"),
            ("tomorrow", "body.starts_at"),
            ("0001-01-01T00:00:00+14:00", "body.starts_at"),
            ("9999-12-31T23:59:59-14:00", "body.starts_at"),
            ("9999-12-31T23:59:59Z", "start"),
            ("2020-01-01T00:00:00Z", "start"),
        ]:
            with subtests.test(starts_at):
                answer = await machine.post("/api/v1/requests", json={**ASKED, "starts_at": starts_at})
                assert answer.status_code == 422, answer.text
                assert field in answer.json()["errors"]

    async def test_is_on_the_live_page_and_in_who_had_access(
        self, office: Office, machine: Anybody, people: People
    ) -> None:
        starts_at = at(office, hours=2)
        asked = await ask(machine, starts_at=starts_at.isoformat())
        await press(office.grace, APPROVALS, "Approve", asked["id"])
        await office.until("scheduled")
        barbara = await people.signed_in("barbara")
        live = await barbara.get("/")
        assert "Scheduled" in words(live.text)
        assert f"/stories/{asked['id']}" in live.text
        held = await barbara.get(f"/held?{urlencode({'resource': 'warehouse'})}")
        assert "Scheduled, not started" in words(held.text)
        assert "No one that you can see" in words(held.text)
        earlier = {"resource": "warehouse", "at": f"{at(office, hours=-1).astimezone(UTC):%Y-%m-%dT%H:%M}"}
        until = {"until": f"{office.clock().astimezone(UTC):%Y-%m-%dT%H:%M}"}
        assert "Scheduled, not started" not in words(
            (await barbara.get(f"/held?{urlencode(earlier | until)}")).text
        )


async def test_a_run_that_nobody_can_see_is_refused_at_its_field(machine: Anybody) -> None:
    answer = await machine.post("/api/v1/requests", json={**ASKED, "until_run": "0" * 32})
    assert (answer.status_code, answer.json()["code"]) == (422, "run-unreadable")
    assert "until_run" in answer.json()["errors"]
