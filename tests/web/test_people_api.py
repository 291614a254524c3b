"""A person asks, follows, uses and gives back from a terminal, by the very rules that hold in Slack."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import quote

import psycopg
import pytest
import pytest_asyncio
from ulid import ULID

from bot.demo.actor import seen
from bot.demo.cast import ADA, EDSGER, GRACE, MARGARET
from tests.flow import deeds
from tests.flow.deeds import press
from tests.flow.office import APPROVALS, Office
from tests.flow.test_holding import unwrap
from tests.web.conftest import People, Sharing
from tests.web.reader import Anybody
from workflows.system.absences.commands import StartAbsence
from workflows.workflow import Actor

ASKED = {
    "entitlement": "warehouse",
    "duration": "30m",
    "justification": "last night's ranking features look stale",
}
MORE = {"duration": "1h", "justification": "the backfill takes longer than I thought"}


@pytest.fixture
async def ada(people: People) -> Anybody:
    return await people.at_a_terminal("ada")


@pytest.fixture
async def grace(people: People) -> Anybody:
    return await people.at_a_terminal("grace")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def known_ada(acquainted: People) -> Anybody:
    return await acquainted.at_a_terminal("ada")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def known_grace(acquainted: People) -> Anybody:
    return await acquainted.at_a_terminal("grace")


class AtTerminals(Sharing):
    """Ada and Grace are signed in at theirs, once for all of these tests."""

    @pytest.fixture
    def ada(self, office: Office, known_ada: Anybody) -> Anybody:
        return known_ada

    @pytest.fixture
    def grace(self, office: Office, known_grace: Anybody) -> Anybody:
        return known_grace


_numbers = count(1)


async def asked(terminal: Anybody, **changes: object) -> dict:
    """Ask for it, in words that were never said before."""
    own = {"justification": f"{ASKED['justification']} ({next(_numbers)})"}
    answer = await terminal.post("/api/v1/requests", json={**ASKED, **own, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def granted(office: Office, terminal: Anybody) -> dict:
    request = await asked(terminal)
    await press(office.grace, APPROVALS, "Approve", request["id"])
    await office.until("active")
    return request


class TestWhatCanBeRequested(AtTerminals):
    async def test_says_what_it_takes_who_decides_and_how_to_connect(self, ada):
        found = (await ada.get("/api/v1/entitlements")).json()["items"]
        warehouse = next(one for one in found if one["id"] == "warehouse")
        assert warehouse["name"] == "Read the feature warehouse"
        assert (warehouse["max_duration"], warehouse["max_seconds"]) == ("8 hours", 28_800)
        assert warehouse["needs"]["ticket"]["required"] is False
        assert warehouse["needs"]["justification"]["min_length"] > 0
        assert "Grace Hopper" in warehouse["decided_by"][0]
        assert warehouse["connect"]["kind"] == "postgresql"
        assert warehouse["connect"]["environment"]["PGUSER"] == "<username>"
        sample = next(one for one in found if one["id"] == "warehouse-sample")
        assert sample["decided_by"] == ["Approved automatically by policy."]

    async def test_is_what_the_caller_may_request_alone(self, people, machine):
        barbara = await people.at_a_terminal("barbara")
        assert (await barbara.get("/api/v1/entitlements")).json()["items"] == []
        theirs = {one["id"] for one in (await machine.get("/api/v1/entitlements")).json()["items"]}
        assert "warehouse" in theirs


class TestAsking(AtTerminals):
    async def test_with_a_key_happens_once(self, office, ada):
        headers = {"Idempotency-Key": "laptop-1"}
        first = await ada.post("/api/v1/requests", json=ASKED, headers=headers)
        again = await ada.post("/api/v1/requests", json=ASKED, headers=headers)
        other = await ada.post("/api/v1/requests", json={**ASKED, "duration": "1h"}, headers=headers)
        assert first.json()["id"] == again.json()["id"]
        assert (other.status_code, other.json()["code"]) == (422, "key-used")

    async def test_for_what_the_rules_refuse_is_refused_and_recorded(self, office, ada):
        for changes, field in (
            ({"duration": "999h"}, "duration"),
            ({"justification": "no"}, "justification"),
            ({"entitlement": "warehouse-write"}, "ticket"),
            ({"entitlement": "nothing"}, "entitlement"),
        ):
            answer = await ada.post("/api/v1/requests", json={**ASKED, **changes})
            assert answer.status_code == 422
            assert field in answer.json()["errors"]
        refused = [leaf for leaf in await office.log() if leaf.action == "access.refused"]
        assert {leaf.actor for leaf in refused} == {ADA}
        assert await office.requests() == []

    async def test_is_decided_by_nobody_from_a_terminal(self, office, ada, grace):
        request = await asked(ada)
        for terminal in (ada, grace):
            path = f"/api/v1/requests/{request['id']}/reviews"
            answer = await terminal.post(path, json={"verdict": "approve"})
            assert (answer.status_code, answer.json()["code"]) == (403, "only-in-slack")
        assert (await office.newest()).status == "pending"
        refused = [leaf for leaf in await office.log() if leaf.action == "access.refused"]
        assert [leaf.facts["code"] for leaf in refused] == ["only-in-slack"] * 2


class TestAskingInTheSameWords:
    async def test_goes_to_the_approvers_who_see_the_card_that_slack_would_have_brought(self, office, ada):
        from_slack = await deeds.ask(
            office, "/access warehouse 30m because last night's ranking features look stale"
        )
        await office.forward(minutes=2)
        from_terminal = await asked(ada, **ASKED)
        one = await deeds.card(office.grace, APPROVALS, from_slack.id)
        other = await deeds.card(office.grace, APPROVALS, from_terminal["id"])
        assert plain(one, from_slack.id) == plain(other, from_terminal["id"])
        (event,) = [leaf for leaf in await office.log() if leaf.subject == from_terminal["id"]]
        assert (event.actor, event.surface, event.action) == (ADA, "terminal", "access.requested")

    async def test_twice_in_the_same_words_within_a_minute_is_one(self, office, ada):
        first = await deeds.ask(
            office, "/access warehouse 30m because last night's ranking features look stale"
        )
        assert (await asked(ada, **ASKED))["id"] == first.id
        assert (await asked(ada, **ASKED))["id"] == first.id
        assert len(await office.requests()) == 1


class TestWaiting:
    async def test_is_waited_for_by_whoever_may_still_see_it_when_it_changes(self, office, ada, grace):
        request = await asked(ada)
        path = f"/api/v1/requests/{request['id']}"
        known = {one: {"If-None-Match": (await one.get(path)).headers["ETag"]} for one in (ada, grace)}
        assert (await ada.get(path, headers=known[ada])).status_code == 304
        wait = {"Prefer": "respond-async, wait=50"}
        stale = {"If-None-Match": '"other"', **wait}
        assert (await ada.get(path, headers=stale)).json() == request
        waiting = [asyncio.create_task(one.get(path, headers={**known[one], **wait})) for one in known]
        changes = office.daypass.web.state.changes
        while changes.count < 2:
            await asyncio.sleep(0.01)
        assert (await grace.delete("/api/v1/sessions/current")).status_code == 204
        await ada.post(f"{path}/withdraw")
        found, refused = await asyncio.gather(*waiting)
        assert (found.json()["status"], found.headers["Preference-Applied"]) == ("withdrawn", "wait=50")
        assert (refused.status_code, refused.json()["code"]) == (401, "bad-token")


class TestOnesOwn(AtTerminals):
    async def test_are_withdrawn_by_nobody_else(self, office, ada, grace):
        request = await asked(ada)
        answer = await grace.post(f"/api/v1/requests/{request['id']}/withdraw")
        assert (answer.status_code, answer.json()["code"]) == (403, "not-yours")
        assert (await ada.post(f"/api/v1/requests/{request['id']}/withdraw")).json()["status"] == "withdrawn"


class TestAList:
    async def test_are_listed_by_status_and_by_page(self, office, people, ada):
        ids = [(await asked(ada, justification=f"{ASKED['justification']} {n}"))["id"] for n in range(3)]
        await ada.post(f"/api/v1/requests/{ids[0]}/withdraw")
        pending = await ada.get("/api/v1/requests", params={"mine": True, "status": "pending", "limit": 1})
        assert [one["id"] for one in pending.json()["items"]] == [ids[2]]
        rest = await ada.get(
            "/api/v1/requests", params={"mine": True, "status": "pending", "before": pending.json()["next"]}
        )
        assert [one["id"] for one in rest.json()["items"]] == [ids[1]]
        barbara = await people.at_a_terminal("barbara")
        assert len((await barbara.get("/api/v1/requests")).json()["items"]) == 3
        assert (await barbara.get("/api/v1/requests", params={"mine": True})).json()["items"] == []


class TestUsing(AtTerminals):
    async def test_hands_over_a_login_that_connects_as_its_recipe_says_and_ends_when_given_back(
        self, office, ada, servers
    ):
        request = await granted(office, ada)
        answer = await ada.post(f"/api/v1/grants/{request['id']}/credentials")
        assert answer.status_code == 201, answer.text
        secret = unwrap(servers, answer.json()["wrapping_token"])
        url = filled(answer.json()["connect"]["url"], secret)
        async with await psycopg.AsyncConnection.connect(url) as session:
            assert await (await session.execute("SELECT count(*) FROM features.users")).fetchone()
        given_back = await ada.post(f"/api/v1/grants/{request['id']}/give-back")
        assert given_back.status_code == 200
        await office.until("ended")
        with pytest.raises(psycopg.OperationalError):
            await psycopg.AsyncConnection.connect(url)
        assert secret["password"] not in str(await office.log())

    async def test_is_for_the_grants_own_person(self, office, ada, grace):
        request = await granted(office, ada)
        for path in ("credentials", "give-back"):
            answer = await grace.post(f"/api/v1/grants/{request['id']}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (403, "not-yours")
        assert (await office.newest()).status == "active"


class TestMoreTime(AtTerminals):
    async def test_is_requested_once_at_a_time_and_with_a_key_once(self, office, ada):
        request = await granted(office, ada)
        path, headers = f"/api/v1/requests/{request['id']}/extend", {"Idempotency-Key": "more"}
        first = await ada.post(path, json=MORE, headers=headers)
        again = await ada.post(path, json=MORE, headers=headers)
        assert first.json()["id"] == again.json()["id"]
        other = await ada.post(path, json=MORE)
        assert (other.status_code, other.json()["code"]) == (409, "extended-already")
        refused = [leaf for leaf in await office.log() if leaf.action == "access.refused"]
        assert [leaf.facts["code"] for leaf in refused] == ["extended-already"]

    async def test_is_refused_for_what_is_not_active_not_theirs_or_too_long(self, office, ada, grace):
        pending = await asked(ada)
        early = await ada.post(f"/api/v1/requests/{pending['id']}/extend", json=MORE)
        assert (early.status_code, early.json()["code"]) == (409, "over")
        await press(office.grace, APPROVALS, "Approve", pending["id"])
        await office.until("active")
        path = f"/api/v1/requests/{pending['id']}/extend"
        assert (await grace.post(path, json=MORE)).json()["code"] == "not-yours"
        long = await ada.post(path, json={**MORE, "duration": "999h"})
        assert (long.status_code, "duration" in long.json()["errors"]) == (422, True)
        garbled = await ada.post(path, json={**MORE, "duration": "soon"})
        assert garbled.status_code == 422


class TestMoreTimeThatIsGiven:
    async def test_follows_on_the_grant(self, office, ada):
        request = await granted(office, ada)
        answer = await ada.post(f"/api/v1/requests/{request['id']}/extend", json=MORE)
        assert answer.status_code == 201, answer.text
        extension = answer.json()
        assert (extension["extends"], extension["status"]) == (request["id"], "pending")
        grant = (await ada.get(f"/api/v1/grants/{request['id']}")).json()
        await press(office.grace, APPROVALS, "Approve", extension["id"])

        async def scheduled() -> dict | None:
            found = (await ada.get(f"/api/v1/requests/{extension['id']}")).json()
            return found if found["status"] == "scheduled" else None

        found = await seen("the extension is scheduled", scheduled)
        assert found["grant"]["starts_at"] == grant["ends_at"]


class TestForSomeoneElse(AtTerminals):
    async def test_is_accepted_as_it_was_read_by_whom_it_is_for_alone(self, office, ada, grace):
        proposed = await asked(grace, on_behalf_of="ada@northwind.example")
        assert (proposed["requester"], proposed["asked_by"], proposed["status"]) == (ADA, GRACE, "proposed")
        path, digest = f"/api/v1/requests/{proposed['id']}/accept", {"digest": proposed["digest"]}
        assert (await grace.post(path, json=digest)).json()["code"] == "not-yours"
        found = (await ada.get("/api/v1/requests", params={"status": "proposed"})).json()["items"]
        assert [one["id"] for one in found] == [proposed["id"]]
        accepted = await ada.post(path, json=digest)
        assert (accepted.status_code, accepted.json()["status"]) == (200, "pending")
        assert accepted.json()["waits_for"] == {EDSGER: "Edsger Dijkstra"}


class TestTimesAway:
    async def test_are_listed_for_whoever_decides_meanwhile(self, office, people, ada):
        leave = StartAbsence(f"away_{ULID()}", datetime.now(UTC) + timedelta(days=3), MARGARET)
        assert (await office.daypass.ledger.handle(leave, Actor(GRACE), "slack")).refusal is None
        margaret = await people.at_a_terminal("margaret")
        (found,) = (await margaret.get("/api/v1/absences")).json()["items"]
        assert (found["id"], found["person"], found["delegate"]) == (leave.subject, GRACE, MARGARET)
        assert (await margaret.get(f"/api/v1/absences/{leave.subject}")).json() == found
        assert (await ada.get("/api/v1/absences")).json()["items"] == []
        assert (await ada.get(f"/api/v1/absences/{leave.subject}")).status_code == 404


class TestInAnEmergency:
    async def test_is_taken_by_whom_the_rule_lets_and_announced(self, office, ada, grace):
        asked = {
            "entitlement": "warehouse",
            "justification": "a job dropped a table; customers see old prices",
        }
        refused = await ada.post("/api/v1/break-glass", json=asked)
        assert refused.status_code == 422
        unasked = await grace.post("/api/v1/break-glass", json={**asked, "inputs": {"dataset": "eu"}})
        assert unasked.status_code == 422, "it reads inputs as any request does"
        answer = await grace.post("/api/v1/break-glass", json=asked)
        assert answer.status_code == 201, answer.text
        taken = answer.json()
        assert (taken["status"], taken["seconds"], taken["break_glass"]["status"]) == (
            "active",
            1_800,
            "unreviewed",
        )
        shown = await deeds.card(office.edsger, await office.edsger.direct(), taken["id"])
        assert "Taken without approval" in deeds.said(shown)
        again = await grace.post("/api/v1/break-glass", json={**asked, "duration": "10m"})
        assert (again.status_code, again.json()["code"]) == (409, "taken-already")


def filled(template: str, secret: dict[str, str]) -> str:
    """A URL as a program fills it in."""
    return re.sub(r"<(\w+)>", lambda found: quote(secret[found[1]], safe=""), template)


def plain(card: object, id: str) -> str:
    """A card without what is another on each: its ids, digests and times."""
    text = str(card).replace(id, "ID")
    return re.sub(r"[0-9a-f]{12,}|\d{9,}(\.\d+)?|<!date[^>]*>|'(ts|block_id)': '[^']*'", "", text)
