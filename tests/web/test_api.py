"""A machine asks, follows, uses and gives back; what it asks is decided by people, and never by itself."""

import asyncio
import re
import subprocess

import httpx2
import pytest

from bot.demo.actor import seen
from tests.flow.deeds import press
from tests.flow.office import APPROVALS, Office, opened, slack
from tests.web.conftest import Sharing
from tests.web.forger import forger
from tests.web.reader import Anybody
from workflows.queries import queries
from workflows.queries.search_index import Behind

ASKED = {
    "entitlement": "warehouse",
    "duration": "30m",
    "justification": "the nightly training needs its features",
}
MACHINE = "machine:nightly-training"
ANOTHER = """\
  another:
    title: Another
    issuer: openbao
    claims:
      machine: another
    owners: [ada@northwind.example]
    groups: [scientists]
"""


async def ask(machine: Anybody, **changes) -> dict:
    answer = await machine.post("/api/v1/requests", json={**ASKED, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def asked_with(machine: Anybody, key: str, **changes) -> httpx2.Response:
    return await machine.post("/api/v1/requests", json={**ASKED, **changes}, headers={"Idempotency-Key": key})


async def credential(machine: Anybody, asked: dict, key: str) -> httpx2.Response:
    return await machine.post(f"/api/v1/grants/{asked['id']}/credentials", headers={"Idempotency-Key": key})


async def granted(office: Office, machine: Anybody) -> dict:
    asked = await ask(machine)
    await press(office.grace, APPROVALS, "Approve", asked["id"])
    await office.until("active")
    return asked


class TestAsking(Sharing):
    async def test_wrongly_says_which_field_is_at_fault(self, machine: Anybody, subtests):
        for changes, field in [
            ({"duration": "soon"}, "duration"),
            ({"duration": "999h"}, "duration"),
            ({"justification": ""}, "justification"),
            ({"justification": "a\u0000b" * 20}, "justification"),
            ({"entitlement": "nothing"}, "entitlement"),
            ({"entitlement": "warehouse-write"}, ""),
            ({"inputs": {"dataset": "eu"}}, "inputs.dataset"),
            ({"inputs": {"dataset": [1]}}, "body.inputs.dataset.constrained-str"),
            ({"surprise": 1}, "body.surprise"),
            ({"duration": 5}, "body.duration"),
        ]:
            with subtests.test(str(changes)[:80]):
                answer = await machine.post("/api/v1/requests", json={**ASKED, **changes})
                problem = answer.json()
                assert answer.status_code == 422, problem
                assert answer.headers["content-type"] == "application/problem+json"
                assert field in problem["errors"] or not field

    async def test_is_told_to_its_owner_who_may_give_it_back_and_never_decides(
        self, office: Office, machine: Anybody
    ):
        asked = await ask(machine)
        direct = await office.ada.direct()

        async def card():
            return [one for one in await office.ada.messages(direct) if asked["id"] in str(one)]

        told = await seen("the owner's card", card)
        assert "Withdraw" in str(told)
        assert "Approve" not in str(told)

    async def test_can_be_withdrawn(self, office: Office, machine: Anybody):
        asked = await ask(machine)
        answer = await machine.post(f"/api/v1/requests/{asked['id']}/withdraw")
        assert answer.json()["status"] == "withdrawn"
        again = await machine.post(f"/api/v1/requests/{asked['id']}/withdraw")
        assert again.status_code in (200, 409)


class TestARequest:
    async def test_is_taken_and_goes_to_the_approvers(self, office: Office, machine: Anybody):
        asked = await ask(machine)
        assert (asked["status"], asked["requester"], asked["seconds"]) == ("pending", MACHINE, 1_800)
        found = await machine.get(f"/api/v1/requests/{asked['id']}")
        assert found.json() == asked
        listed = (await machine.get("/api/v1/requests")).json()
        assert [one["id"] for one in listed["items"]] == [asked["id"]]
        assert (asked["signals"], "hasn't been here long enough" in asked["signals_unknown"]) == ([], True)
        await press(office.grace, APPROVALS, "Approve", asked["id"])
        await office.until("active")
        grant = (await machine.get(f"/api/v1/grants/{asked['id']}")).json()
        assert (grant["status"], grant["holder"]) == ("active", MACHINE)


class TestOnce(Sharing):
    """An `Idempotency-Key` stands for one call of one machine, whatever the network does to it."""

    async def test_a_request_is_asked_for(self, office: Office, machine: Anybody):
        answers = await asyncio.gather(*(asked_with(machine, "six-at-once") for _ in range(6)))
        assert {one.status_code for one in answers} == {201}
        assert len({one.json()["id"] for one in answers}) == 1
        assert len(await office.requests()) == 1

    async def test_and_with_something_else_the_key_is_refused(
        self, office: Office, machine: Anybody, subtests
    ):
        for changes in [
            {"entitlement": "warehouse-sample"},
            {"duration": "31m"},
            {"justification": "something else entirely"},
            {"ticket": "DATA-42"},
        ]:
            with subtests.test(str(changes)[:80]):
                assert (await asked_with(machine, "another-body")).status_code == 201
                answer = await asked_with(machine, "another-body", **changes)
                assert (answer.status_code, answer.json()["code"]) == (422, "key-used")
                assert "Use a new one" in answer.json()["detail"]
                assert len(await office.requests()) == 1

    async def test_what_was_refused_is_answered_as_the_first_time(self, office: Office, machine: Anybody):
        wrong = {"entitlement": "nothing"}
        first, second = [await asked_with(machine, "refused-again", **wrong) for _ in range(2)]
        assert first.status_code == second.status_code == 422
        assert first.json()["code"] == second.json()["code"] == "unknown"
        assert first.json()["detail"] == second.json()["detail"]
        assert [leaf.action for leaf in await office.log() if leaf.actor == MACHINE] == ["access.refused"]
        corrected = await asked_with(machine, "refused-again")
        assert (corrected.status_code, corrected.json()["code"]) == (422, "key-used")

    async def test_a_credential_is_minted_and_not_handed_over_again(self, office: Office, machine: Anybody):
        asked = await granted(office, machine)
        first, second = [await credential(machine, asked, "handed-over") for _ in range(2)]
        assert first.status_code == 201, first.text
        assert (second.status_code, second.json()["code"]) == (409, "handed-over")
        assert first.json()["id"] in second.json()["detail"]
        assert [one.id for one in (await office.newest()).credentials] == [first.json()["id"]]
        assert (await credential(machine, asked, "handed-over-again")).status_code == 201

    async def test_a_credential_is_minted_for_two_calls_at_once(self, office: Office, machine: Anybody):
        asked = await granted(office, machine)
        answers = await asyncio.gather(*(credential(machine, asked, "two-at-once") for _ in range(2)))
        made, late = sorted(answers, key=lambda one: one.status_code)
        assert (made.status_code, late.status_code) == (201, 409)
        assert late.json()["code"] in ("minting", "handed-over")
        assert late.json()["code"] == "handed-over" or late.headers["retry-after"]
        assert len((await office.newest()).credentials) == 1


class TestOnceAnywhere:
    """In two replicas, of two machines, of a release, and whatever Vault says."""

    async def test_a_request_is_asked_for_of_two_replicas_at_once(
        self, servers, workspace, signing_in, identity, postgres_database
    ):
        bearer = {"Authorization": f"Bearer {await asyncio.to_thread(identity.pipeline.token)}"}
        async with (
            slack() as beside,
            opened(servers, workspace, postgres_database.url, **signing_in) as office,
            opened(servers, beside, postgres_database.url, **signing_in) as other,
            Anybody(office.url) as first,
            Anybody(other.url) as second,
        ):
            for reader in (first, second):
                reader.client.headers.update(bearer)
            for run in range(8):
                answers = await asyncio.gather(
                    *(asked_with(reader, f"run-{run}") for reader in (first, second, first, second))
                )
                assert {one.status_code for one in answers} == {201}, [one.text for one in answers]
                assert len({one.json()["id"] for one in answers}) == 1
            assert len(await office.requests()) == 8

    async def test_a_release_is_proposed(self, machine: Anybody):
        body = {"service": "ranking-model", "version": "7", "note": "it knows more"}
        first, second, other = [
            await machine.post("/api/v1/releases", json=sent, headers={"Idempotency-Key": "run-7"})
            for sent in (body, body, {**body, "version": "8"})
        ]
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["id"] == second.json()["id"]
        assert (other.status_code, other.json()["code"]) == (422, "key-used")

    async def test_what_no_input_could_change_is_answered_as_the_first_time(
        self, open_office, signing_in, identity, rules
    ):
        bundle = rules(
            ("machines.yaml", "owners: [ada@northwind.example]", "owners: [gone@northwind.example]")
        )
        async with open_office(bundle=bundle, **signing_in) as office, Anybody(office.url) as machine:
            token = await asyncio.to_thread(identity.pipeline.token)
            machine.client.headers["Authorization"] = f"Bearer {token}"
            answers = [await asked_with(machine, "run-8") for _ in range(2)]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "no-owner")] * 2
        assert answers[0].json() == answers[1].json()

    async def test_a_key_is_its_machines_own(self, open_office, rules):
        async with forger() as issuer:
            bundle = rules(
                ("machines.yaml", "issuer: ${MACHINES_ISSUER}", f"issuer: {issuer.issuer}"),
                ("machines.yaml", "machines:\n", f"machines:\n{ANOTHER}"),
            )
            async with open_office(bundle=bundle) as office, Anybody(office.url) as caller:
                asked = []
                for name in ("nightly-training", "another"):
                    caller.client.headers["Authorization"] = f"Bearer {issuer.token(machine=name)}"
                    asked.append(
                        await asked_with(caller, "run-7", justification=f"{name} needs its features")
                    )
        assert [one.status_code for one in asked] == [201, 201]
        assert [one.json()["requester"] for one in asked] == [MACHINE, "machine:another"]

    async def test_a_credential_that_vault_refuses_is_not_tried_again(
        self, open_office, signing_in, identity, rules
    ):
        bundle = rules(
            (
                "resources/feature-warehouse.yaml",
                "path: database/creds/warehouse-read",
                "path: database/creds/no-such-role",
            )
        )
        async with open_office(bundle=bundle, **signing_in) as office, Anybody(office.url) as machine:
            token = await asyncio.to_thread(identity.pipeline.token)
            machine.client.headers["Authorization"] = f"Bearer {token}"
            asked = await granted(office, machine)
            answers = []
            for _ in range(2):
                answers.append(await credential(machine, asked, "run-7"))
                await office.quiet()
            minted = (await office.newest()).credentials
        assert [(one.status_code, one.json()["code"]) for one in answers] == [(500, "not-minted")] * 2
        assert "retry-after" not in answers[0].headers
        assert answers[0].json() == answers[1].json()
        assert [one.status for one in minted] == ["failed"]

    async def test_a_credential_that_vault_could_not_make_yet_is_made_when_it_can(
        self, office: Office, machine: Anybody
    ):
        asked = await granted(office, machine)
        office.servers.bao.seal()
        try:
            away = await credential(machine, asked, "run-7")
        finally:
            await office.servers.bao.unseal()
        assert (away.status_code, away.json()["code"]) == (503, "not-minted"), away.text
        assert int(away.headers["retry-after"]) > 0

        async def made():
            answer = await credential(machine, asked, "run-7")
            return answer if answer.status_code != 409 else None

        made_now = await seen("an answer that isn't “minting”", made)
        assert made_now.status_code == 201, made_now.text

        async def live() -> bool:
            return sum(one.was_minted for one in (await office.newest()).credentials) == 1

        await seen("one credential", live)


class TestATokenThatDoesNotLetIn:
    """RFC 6750, section 3: what was wrong with it is in the header, too."""

    async def test_is_answered_with_what_was_wrong(self, open_office, rules):
        async with forger() as issuer:
            bundle = rules(("machines.yaml", "issuer: ${MACHINES_ISSUER}", f"issuer: {issuer.issuer}"))
            async with open_office(bundle=bundle) as office, Anybody(office.url) as caller:
                said = [
                    (await caller.get("/api/v1/me", headers={"Authorization": given} if given else {}))
                    for given in (None, "Bearer x", f"Bearer {issuer.token(machine='another')}")
                ]
        assert [(one.status_code, one.headers["www-authenticate"]) for one in said] == [
            (401, 'Bearer realm="daypass"'),
            (401, 'Bearer realm="daypass", error="invalid_token"'),
            (403, 'Bearer realm="daypass", error="insufficient_scope"'),
        ]


class TestNeverApproving(Sharing):
    @pytest.mark.parametrize("verdict", ["approve", "deny"])
    async def test_its_own_request(self, office: Office, machine: Anybody, verdict):
        asked = await ask(machine)
        answer = await machine.post(f"/api/v1/requests/{asked['id']}/reviews", json={"verdict": verdict})
        assert (answer.status_code, answer.json()["code"]) == (403, "machine")
        assert (await office.newest()).status == "pending"
        refusal = [leaf for leaf in await office.log() if leaf.action == "access.refused"]
        assert [(one.actor, one.facts["code"]) for one in refusal] == [(MACHINE, "machine")]

    async def test_what_somebody_else_asks_which_it_does_not_even_see(self, office: Office, machine: Anybody):
        from tests.flow.deeds import ask as ask_in_slack

        asked = await ask_in_slack(office)
        answer = await machine.post(f"/api/v1/requests/{asked.id}/reviews", json={"verdict": "approve"})
        assert answer.status_code == 404
        assert (await office.newest()).status == "pending"
        assert [leaf.facts["code"] for leaf in await office.log() if leaf.action == "access.refused"] == [
            "machine"
        ]


class TestNeverApprovingARelease:
    async def test_a_release(self, office: Office, machine: Anybody):
        proposed = await machine.post(
            "/api/v1/releases", json={"service": "ranking-model", "version": "7", "note": "it knows more"}
        )
        assert proposed.status_code == 201, proposed.text
        path = f"/api/v1/releases/{proposed.json()['id']}"
        answer = await machine.post(f"{path}/reviews", json={"verdict": "approve"})
        assert (answer.status_code, answer.json()["code"]) == (403, "machine")
        assert (await machine.get(path)).json()["reviews"] == []
        assert (await machine.post(f"{path}/withdraw")).json()["status"] == "withdrawn"


class TestUsing(Sharing):
    async def test_hands_a_credential_over_once_that_ends_when_it_is_given_back(
        self, office: Office, machine: Anybody, servers, tmp_path
    ):
        asked = await granted(office, machine)
        answer = await machine.post(f"/api/v1/grants/{asked['id']}/credentials")
        assert answer.status_code == 201, answer.text
        handed = answer.json()
        assert handed["vault_addr"] == servers.bao.addr
        assert handed["revocable"]
        grant = (await machine.get(f"/api/v1/grants/{asked['id']}")).json()
        assert handed["expires_at"] <= grant["ends_at"]
        token = handed["wrapping_token"]
        shown = await asyncio.to_thread(
            subprocess.run,
            [servers.bao.binary, "unwrap", f"-address={servers.bao.addr}", "-format=json", token],
            capture_output=True,
            text=True,
            env={"HOME": str(tmp_path)},
        )
        assert '"username"' in shown.stdout, shown.stderr
        assert token not in str(await office.log())
        given_back = await machine.post(f"/api/v1/grants/{asked['id']}/give-back")
        assert given_back.status_code == 200
        await office.until("ended")
        ended = (await machine.get(f"/api/v1/grants/{asked['id']}")).json()
        assert (ended["status"], ended["how"]) == ("ended", "given back")
        late = await machine.post(f"/api/v1/grants/{asked['id']}/credentials")
        assert (late.status_code, late.json()["code"]) == (409, "over")

    async def test_says_that_there_is_no_grant(self, office: Office, machine: Anybody):
        asked = await ask(machine)
        for path in ("", "/credentials", "/give-back"):
            method = machine.post if path else machine.get
            answer = await method(f"/api/v1/grants/{asked['id']}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not-granted")


class TestHangingUp:
    async def test_ends_what_nobody_waited_for(self, office: Office, machine: Anybody):
        asked = await granted(office, machine)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(machine.post(f"/api/v1/grants/{asked['id']}/credentials"), 0.01)

        async def over() -> bool:
            access = await office.newest()
            return bool(access.credentials) and access.credentials[0].status in ("live", "ended")

        await seen("the credential handed over or ended", over)
        await office.quiet()


class TestReading(Sharing):
    async def test_tells_its_own_story_and_proves_it(self, office: Office, machine: Anybody):
        asked = await granted(office, machine)
        story = (await machine.get(f"/api/v1/stories/{asked['id']}")).json()["items"]
        assert [one["action"] for one in story] == [
            "access.requested",
            "access.reviewed",
            "access.approved",
            "access.granted",
        ]
        assert story[0]["said"] == {"Why": ASKED["justification"]}

        async def placed():
            found = (await machine.get(f"/api/v1/stories/{asked['id']}")).json()["items"][0]["index"]
            answer = await machine.get(f"/api/v1/audit/events/{found}") if found is not None else None
            return answer if answer is not None and answer.status_code == 200 else None

        proven = (await seen("the event signed", placed)).json()
        assert ASKED["justification"] == proven["texts"][0]["text"]
        verify(proven)

    async def test_tells_no_part_of_who_had_access_for_the_whole(self, machine: Anybody, monkeypatch):
        async def far(store, kind, most: int) -> Behind:
            return Behind(most, None, frozenset())

        monkeypatch.setattr(queries, "behind", far)
        answer = await machine.get("/api/v1/audit/held?resource=warehouse")
        assert (answer.status_code, answer.json()["code"]) == (503, "indexing")

    async def test_says_which_part_of_a_question_it_can_t_read(self, machine: Anybody, subtests):
        for asked, field in [
            ("/audit/events?person=%00", "person"),
            ("/audit/events?resource=a%00b", "resource"),
            ("/audit/events?action=%00", "action"),
            ("/audit/events?before=-1", "before"),
            ("/audit/events?since=0001-01-01T00:00:00%2B14:00", "since"),
            ("/audit/events?until=9999-12-31T23:59:59-14:00", "until"),
            ("/audit/events?limit=0", "query.limit"),
            ("/audit/events?limit=201", "query.limit"),
            ("/audit/events/-1", "path.index"),
            ("/audit/events/9007199254740992", "path.index"),
            ("/audit/checkpoints?before=0", "query.before"),
            ("/audit/held", "query.resource"),
            ("/audit/held?resource=%00", "resource"),
            ("/audit/held?resource=warehouse&at=2999-01-01T00:00:00Z", "at"),
            ("/audit/held?resource=warehouse&at=soon", "query.at"),
            ("/stories/acc_01ARZ3NDEKTSV4RRFFQ69G5FAV?after=x", "after"),
        ]:
            with subtests.test(asked):
                answer = await machine.get(f"/api/v1{asked}")
                assert answer.status_code == 422, answer.text
                assert field in answer.json()["errors"]

    async def test_says_where_checkpoints_are_and_how_the_log_grew(self, office: Office, machine: Anybody):
        for _ in range(2):
            await ask(machine)
            await office.daypass.jobs.keep_log()
        checkpoints = (await machine.get("/api/v1/audit/checkpoints")).json()["items"]
        assert len(checkpoints) >= 2
        second, first = checkpoints[0]["size"], checkpoints[-1]["size"]
        grown = (await machine.get(f"/api/v1/audit/consistency?first={first}&second={second}")).json()
        import base64

        from tlog_scales.tlog import Checkpoint, ConsistencyProof

        heads = [Checkpoint.from_text(one["note"]).root_hash for one in (checkpoints[-1], checkpoints[0])]
        ConsistencyProof(first, second, [base64.b64decode(one) for one in grown["proof"]]).check(*heads)
        assert (
            await machine.get(f"/api/v1/audit/consistency?first=1&second={second + 99}")
        ).status_code == 404


class TestSearching:
    async def test_searches_what_has_to_do_with_it(self, office: Office, machine: Anybody):
        from tests.flow.deeds import ask as ask_in_slack

        await ask_in_slack(office)
        asked = await ask(machine)

        async def found():
            return (await machine.get("/api/v1/audit/events")).json()["items"]

        events = await seen("its event", found)
        assert {one["subject"] for one in events} == {asked["id"]}

    async def test_tells_when_it_had_access(self, office: Office, machine: Anybody):
        before = office.clock()
        asked = await granted(office, machine)
        await office.daypass.jobs.keep_log()

        async def held(**at: str) -> list[dict]:
            answer = await machine.get("/api/v1/audit/held", params={"resource": "warehouse", **at})
            return answer.json()

        (holder,) = await held()
        assert (holder["request"], holder["holder"]) == (asked["id"], MACHINE)
        assert await held(at=before.isoformat()) == []


def verify(proven: dict) -> None:
    """By an implementation that isn't ours."""
    import base64

    from tlog_scales.tlog import Checkpoint, InclusionProof

    head = Checkpoint.from_text(proven["note"])
    proof = [base64.b64decode(step) for step in proven["proof"]]
    InclusionProof(proven["index"], head.size, proof).check(bytes.fromhex(proven["hash"]), head.root_hash)


WITHOUT_A_TOKEN = ("/login", "/sessions")
"""By which a person comes by a token."""


class TestTheDocument(Sharing):
    async def test_describes_every_route(self, office: Office):
        async with Anybody(office.url) as nobody:
            document = (await nobody.get("/api/v1/openapi.json")).json()
        assert document["openapi"].startswith("3.")
        for path, operations in document["paths"].items():
            for operation in operations.values():
                assert bool(operation.get("security")) == (path not in WITHOUT_A_TOKEN), path
                assert "application/problem+json" in operation["responses"]["401"]["content"], path
        assert re.fullmatch(r"\d+", document["info"]["version"])
