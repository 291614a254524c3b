"""A pipeline asks by the command line and waits; its exit code is the verdict."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import httpx2
import pytest

from bot.demo.actor import seen
from daypass.api import Daypass
from daypass.errors import Away
from daypass.waiting import wait
from tests.flow.deeds import press
from tests.flow.office import APPROVALS, Office, listening, opened
from tests.flow.test_releasing import PENDING, SERVICE, card, until
from tests.flow.test_releasing import press as press_release
from tests.flow.test_releasing import press_and_say_why as press_release_and_say_why
from tests.forks import Done, begin
from tests.lab import Lab
from tests.web.conftest import Identity
from tests.web.forger import forger
from workflows.access.commands import ReviewAccess, WithdrawAccess
from workflows.releases.state import KIND, Release
from workflows.workflow import Actor

ASK = [
    "access",
    "request",
    "warehouse",
    "--for",
    "30m",
    "--because",
    "the nightly training needs its features",
]


@pytest.fixture
def environment(office: Office, identity: Identity, tmp_path) -> dict[str, str]:
    return environment_of(office, identity, tmp_path)


def environment_of(office: Office, identity: Identity, tmp_path: Path) -> dict[str, str]:
    """What a pipeline is started with."""
    file = tmp_path / "token"
    file.write_text(identity.pipeline.token())
    own = {"DAYPASS_URL": office.url, "DAYPASS_TOKEN_FILE": str(file), "XDG_CONFIG_HOME": str(tmp_path)}
    return {**inherited(), **own}


def inherited() -> dict[str, str]:
    return {
        name: text for name, text in os.environ.items() if not name.startswith(("DAYPASS", "VAULT", "BAO"))
    }


async def run(environment: dict[str, str], *arguments: str) -> Done:
    return await begin(environment, *arguments).done()


async def hung_up_on_a_caller(url: str) -> None:
    """Return once somebody has called where Daypass is usually found, in vain."""
    with listening(int(url.rpartition(":")[2])) as there:
        there.setblocking(False)
        caller, _ = await asyncio.get_running_loop().sock_accept(there)
        caller.close()


async def pending(office: Office) -> str:
    return (await office.until("pending")).id


def asked_for() -> dict[str, str]:
    """As `ASK`, in the API's words."""
    return {"entitlement": "warehouse", "duration": "30m", "justification": ASK[-1]}


class TestAskingForAccess:
    async def test_prints_the_request(self, office, environment):
        done = await run(environment, *ASK)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == (await office.newest()).id

    async def test_waits_until_it_is_granted_and_hands_a_credential_over(self, office, environment):
        running = begin(environment, *ASK, "--wait", "--wrapped")
        await press(office.grace, APPROVALS, "Approve", await pending(office))
        done = await running.done()
        assert done.returncode == 0, done.stderr
        id = (await office.newest()).id
        assert f"{id} is pending: {office.url}/stories/{id}\n" in done.stderr
        assert "pending; waiting for Edsger Dijkstra, Grace Hopper; expires at " in done.stderr
        assert "active; Grace Hopper: approve; ends at " in done.stderr
        assert done.stdout.strip().startswith("s.")
        assert done.stdout.strip() not in done.stderr

    async def test_ends_with_3_if_it_is_denied_and_says_why(self, office, environment):
        running = begin(environment, *ASK, "--wait")
        asked = await office.until("pending")
        command = ReviewAccess(asked.id, "deny", asked.digest, asked.terms.digest, "not at night")
        await office.daypass.ledger.handle(command, Actor("U02GRACE"), "slack")
        done = await running.done()
        assert done.returncode == 3, done.stderr
        assert "reason: not at night" in done.stderr

    async def test_ends_with_4_if_it_lapses(self, open_office, rules, identity, tmp_path):
        bundle = rules(("daypass.yaml", "lapse: 4h", "lapse: 3s"))
        async with open_office(bundle=bundle) as office:
            done = await run(environment_of(office, identity, tmp_path), *ASK, "--wait")
        assert done.returncode == 4, done.stderr
        assert "lapsed" in done.stderr

    async def test_ends_with_4_if_it_is_withdrawn(self, office, environment):
        running = begin(environment, *ASK, "--wait")
        asked = await office.until("pending")
        await office.daypass.ledger.handle(WithdrawAccess(asked.id), Actor("U01ADA"), "slack")
        done = await running.done()
        assert done.returncode == 4, done.stderr
        assert "withdrawn" in done.stderr

    async def test_ends_with_5_if_nobody_decides_in_time(self, environment):
        done = await run(environment, *ASK, "--wait", "--timeout", "1s")
        assert done.returncode == 5, done.stderr
        assert "No decision yet. The request stays pending and expires at " in done.stderr

    async def test_is_waited_for_again_by_its_id(self, office, environment):
        id = (await run(environment, *ASK)).stdout.strip()
        early = await run(environment, "access", "wait", id, "--timeout", "1s")
        assert early.returncode == 5, early.stderr
        assert f"daypass access wait {id}" in early.stderr
        await press(office.grace, APPROVALS, "Approve", id)
        await office.until("active")
        done = await run(environment, "access", "wait", id, "--wrapped")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("s.")
        assert (await run(environment, "access", "wait", id)).stdout.strip() == id

    async def test_whose_credential_vault_can_not_make_yet_gets_one_when_it_can(self, office, environment):
        id = (await run(environment, *ASK)).stdout.strip()
        await press(office.grace, APPROVALS, "Approve", id)
        await office.until("active")

        async def tried() -> bool:
            return bool((await office.newest()).credentials)

        office.servers.bao.seal()
        try:
            running = begin(environment, "access", "wait", id, "--wrapped")
            await seen("an attempt to mint", tried, patience=60)
        finally:
            await office.servers.bao.unseal()
        done = await running.done()
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("s.")

        async def live() -> bool:
            return sum(one.was_minted for one in (await office.newest()).credentials) == 1

        await seen("one credential", live)

    async def test_what_nobody_knows_can_not_be_waited_for(self, environment):
        done = await run(environment, "access", "wait", "acc_01M85P4WJC97ST17PTW4BJTYRW")
        assert done.returncode == 1
        assert done.stderr == "Not found, or you don't have access to it.\n"

    async def test_that_is_interrupted_says_what_becomes_of_it(self, office, environment):
        running = begin(environment, *ASK, "--wait", "--wrapped")
        asked = await office.until("pending")
        await running.has_told("waiting for")
        running.interrupt()
        done = await running.done()
        assert done.returncode == 130, done.stderr
        assert "Traceback" not in done.stderr
        assert f"Still pending. Keep waiting with: daypass access wait {asked.id} --wrapped" in done.stderr
        assert (await office.newest()).status == "pending"

    async def test_goes_on_when_daypass_was_away(
        self, servers, workspace, sqlite_database, signing_in, identity, tmp_path
    ):
        async with opened(servers, workspace, sqlite_database.url, **signing_in) as office:
            running = begin(environment_of(office, identity, tmp_path), *ASK, "--wait")
            asked = await office.until("pending")
            await running.has_told("waiting for")
        await hung_up_on_a_caller(workspace.daypass)
        async with opened(servers, workspace, sqlite_database.url, **signing_in) as office:
            await press(office.grace, APPROVALS, "Approve", asked.id)
            done = await running.done()
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == asked.id

    def test_is_waited_for_longer_than_daypass_is_given_up(self):
        looks = count(1)
        told: list[str] = []
        with httpx2.Client(base_url="http://127.0.0.1:9/api/v1/") as client:
            away = Daypass(client, "http://127.0.0.1:9", lambda: "x", patience=0)
            with pytest.raises(Away, match="isn't responding"):
                wait(away, "requests/acc_1", 7, told.append, clock=lambda: next(looks))
        assert len(told) == 3

    async def test_with_a_token_that_has_expired_says_what_to_do(self, open_office, rules, tmp_path):
        async with forger() as issuer:
            bundle = rules(("machines.yaml", "issuer: ${MACHINES_ISSUER}", f"issuer: {issuer.issuer}"))
            file = tmp_path / "token"
            async with open_office(bundle=bundle) as office:
                environment = {**inherited(), "DAYPASS_URL": office.url, "DAYPASS_TOKEN_FILE": str(file)}
                now = int(time.time())
                expired = issuer.token(iat=now - 900, exp=now - 300)
                file.write_text(expired)
                refused = await run(environment, *ASK, "--wait")
                file.write_text(issuer.token())
                running = begin(environment, *ASK, "--wait")
                asked = await office.until("pending")
                await running.has_told("waiting for")
                file.write_text(expired)
                ended = await running.done()
        assert refused.returncode == ended.returncode == 1
        for said in (refused.stderr, ended.stderr):
            assert "expired" in said
            assert "Get a new token" in said
            assert "Traceback" not in said
        assert f"daypass access wait {asked.id}" in ended.stderr

    async def test_that_is_refused_ends_with_1_and_a_sentence(self, environment):
        done = await run(
            environment, "access", "request", "warehouse-pii", "--for", "999h", "--because", "x", "--wait"
        )
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert done.stderr.strip()

    async def test_without_what_it_needs_says_what(self, environment, subtests):
        for changes, words in [
            ({"DAYPASS_URL": ""}, "DAYPASS_URL is not set"),
            ({"DAYPASS_URL": "daypass.example"}, "DAYPASS_URL: "),
            ({"DAYPASS_TOKEN_FILE": ""}, "a pipeline sets DAYPASS_TOKEN_FILE"),
            ({"DAYPASS_TOKEN_FILE": "/nowhere"}, "can't be read"),
            ({"DAYPASS_TOKEN_FILE": "", "DAYPASS_TOKEN": "nonsense"}, "This isn't a token"),
        ]:
            with subtests.test(str(changes)[:80]):
                done = await run({**environment, **changes}, *ASK)
                assert done.returncode == 1
                assert words in done.stderr
                assert "Traceback" not in done.stderr

    async def test_takes_a_duration_that_is_one(self, environment):
        assert (await run(environment, *ASK, "--wait", "--timeout", "soon")).returncode == 2


class TestARelease:
    """On a real MLflow, from the command to its verdict."""

    @pytest.fixture
    async def office(self, open_office, signing_in, rules, lab: Lab) -> AsyncIterator[Office]:
        lab.make_live(lab.trained({"ndcg": [0.8]}))
        lab.trained({"ndcg": [0.9]})
        lab.trained({"ndcg": [0.7]})
        bundle = rules(
            (SERVICE, "model: ranking-model", f"model: {lab.model}"), (SERVICE, "after: 15s", "after: 1h")
        )
        settings = {**signing_in, "mlflow_tracking_uri": lab.url, "daypass_watch_seconds": 600}
        async with open_office(bundle=bundle, **settings) as office:
            yield office

    async def test_ends_with_0_when_it_is_live(self, office, environment, lab):
        running = begin(environment, *release("2"), "--wait")
        await running.has_told("waiting for")
        await card(office.grace, PENDING)
        await press_release(office.grace, "Approve")
        done = await running.done()
        assert done.returncode == 0, done.stderr
        assert lab.live() == "2"
        assert "is pending: " in done.stderr
        assert "live; Grace Hopper: approve" in done.stderr
        found = await until(office, "live")
        assert done.stdout.strip() == found.id
        again = await run(environment, "release", "wait", found.id)
        assert (again.returncode, again.stdout.strip()) == (0, found.id)

    async def test_ends_with_3_when_it_is_rejected(self, office, environment):
        running = begin(environment, *release("2"), "--wait")
        await running.has_told("waiting for")
        await card(office.grace, PENDING)
        await press_release_and_say_why(office.grace, "Reject", "not before the sale")
        done = await running.done()
        assert done.returncode == 3, done.stderr
        assert "rejected; Grace Hopper: reject; reason: not before the sale" in done.stderr

    async def test_says_which_gate_it_waits_for(self, office, environment):
        done = await run(environment, *release("3"), "--wait", "--timeout", "3s")
        assert done.returncode == 5, done.stderr
        assert "proposed; " in done.stderr
        assert "ndcg is 0.7" in done.stderr


async def test_the_help_of_serve_names_all_that_is_served():
    shown = (await run(inherited(), "serve", "--help")).stdout
    for served in ("Slack", "console", "/api/v1", "/healthz"):
        assert served in shown


def release(version: str) -> tuple[str, ...]:
    return "release", "request", "ranking-model", version, "--note", "it ranks better"


class TestAskingForARelease:
    async def test_waits_and_ends_with_4_if_it_is_withdrawn(self, office, environment, machine):
        running = begin(
            environment, "release", "request", "ranking-model", "7", "--note", "it knows more", "--wait"
        )

        async def proposed() -> str | None:
            found = await office.daypass.reads.in_status(Release, KIND, ["proposed"])
            return found[0].id if found else None

        release = await seen("the proposal", proposed)
        assert (await machine.post(f"/api/v1/releases/{release}/withdraw")).status_code == 200
        done = await running.done()
        assert done.returncode == 4, done.stderr
        assert done.stdout.strip() == release

    async def test_of_what_is_no_service_is_refused(self, environment):
        done = await run(environment, "release", "request", "nothing", "7")
        assert done.returncode == 1
        assert "There's no such service" in done.stderr
