"""A cluster asks whether it may go on: yes only to what was approved, as it was then; however often, one proposal."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bot.web.rollouts import RolloutHook, router
from tests.builders import changed_bundle
from tests.people import EDSGER, GRACE
from tests.releases.cluster import ROLLOUT, Daypass, cluster_world
from tests.releases.conftest import SERVICE_FILE
from workflows.ledger.replayed_state import Rederiving
from workflows.policy.problems import BundleErrors
from workflows.ports import Retryable
from workflows.releases.commands import ProposeRelease, WithdrawRelease
from workflows.workflow import Actor, Refused

TOKEN, NEXT, OTHER = "a" * 40, "b" * 40, "c" * 40


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return cluster_world(tmp_path_factory.mktemp("cluster"))


@pytest.fixture
def daypass(world) -> Daypass:
    return Daypass(world)


@pytest.fixture
async def client(daypass) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    tokens = {"eu-1": (SecretStr(TOKEN), SecretStr(NEXT)), "us-1": (SecretStr(OTHER),)}
    parts: Any = daypass
    rederiving = Rederiving(parts, parts)
    hook = RolloutHook(
        tokens,
        {"mlflow": parts},
        parts,
        parts,
        parts,
        rederiving,
        parts,
        lambda: daypass.world,
        daypass.clock,
    )
    app.include_router(router(hook))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://daypass") as client:
        yield client


def flagger(token: str | None = TOKEN, checksum: str = "85d557f47b", **metadata: str) -> dict[str, Any]:
    """What Flagger sends, as its documentation has it."""
    about = {"service": "ranking-model", "version": "2", **metadata} | ({"token": token} if token else {})
    return {
        "name": "podinfo",
        "namespace": "test",
        "phase": "Progressing",
        "checksum": checksum,
        "metadata": about,
    }


async def ask(client: httpx2.AsyncClient, cluster: str = "eu-1", **asked: Any) -> int:
    """Ask as Flagger does: the status of the answer."""
    answer = await client.post(f"/hooks/rollouts/{cluster}/confirm", json=flagger(**asked))
    return answer.status_code


class TestFlagger:
    async def test_waits_until_people_have_approved_and_then_goes_on(self, client, daypass):
        assert await ask(client) == 403
        assert (daypass.last.owner, daypass.last.version) == ("machine:nightly-training", "2")
        daypass.is_read()
        assert await ask(client) == 403
        daypass.decides(GRACE)
        assert await ask(client) == 403, "what was approved is read once more before it goes on"
        daypass.is_read(ready=True)
        assert await ask(client) == 200
        daypass.goes_live()
        assert await ask(client) == 200, "confirm-promotion comes after confirm-rollout"

    async def test_makes_one_proposal_and_asks_the_source_once_however_often_it_asks(self, client, daypass):
        assert {await ask(client) for _ in range(50)} == {403}
        assert (len(daypass.states), daypass.asked, daypass.rejected) == (1, 1, [])
        assert len(daypass.logs[daypass.last.id].decided) == 1

    @pytest.mark.parametrize("change", [{"checksum": "f00"}, {"version": "3"}, {"attempt": "2"}])
    async def test_with_anything_else_than_was_approved_has_to_ask_anew(self, client, daypass, change):
        await ask(client)
        daypass.is_approved(GRACE)
        assert await ask(client, **change) == 403
        assert await ask(client) == 200

    async def test_with_another_configuration_gets_another_release(self, client, daypass):
        await ask(client)
        daypass.is_approved(GRACE)
        await ask(client, checksum="f00")
        first, second = sorted(daypass.states)
        assert first[-16:] != second[-16:]
        assert daypass.states[second].note == "test/podinfo in eu-1, configuration f00"

    @pytest.mark.parametrize("how", ["rejected", "withdrawn"])
    async def test_is_refused_for_good_without_asking_anyone_again(self, client, daypass, how):
        await ask(client)
        daypass.is_read()
        if how == "rejected":
            daypass.decides(GRACE, "reject")
        else:
            daypass.does(WithdrawRelease(daypass.last.id), Actor(daypass.last.owner))
        assert daypass.last.status == how
        assert {await ask(client) for _ in range(5)} == {403}
        assert len(daypass.states) == 1
        assert await ask(client, attempt="2") == 403
        assert len(daypass.states) == 2, "an attempt more is an ask of its own"

    async def test_that_goes_back_after_something_else_went_live_asks_people_again(self, client, daypass):
        await ask(client)
        daypass.is_approved(GRACE)
        daypass.goes_live()
        first = daypass.last
        since = first.model_copy(update={"id": f"rel_{'7' * 26}", "version": "3"})
        daypass.states = {since.id: since, first.id: first.model_copy(update={"status": "replaced"})}
        daypass.clock.forward(seconds=10)
        assert {await ask(client) for _ in range(5)} == {403}
        assert len(daypass.states) == 3

    async def test_is_told_of_a_version_that_isn_t_there_and_nobody_is_asked(self, client, daypass):
        assert await ask(client, version="9") == 403
        assert daypass.states == {}

    async def test_waits_while_the_source_is_away(self, client, daypass, monkeypatch):
        async def away(order, live):
            raise Retryable("MLflow is unavailable.")

        monkeypatch.setattr(daypass, "read", away)
        assert await ask(client) == 503
        assert daypass.states == {}


class TestAnApprovedRollout:
    @pytest.fixture
    async def asking(self, client, daypass) -> httpx2.AsyncClient:
        await ask(client)
        daypass.is_approved(GRACE)
        assert await ask(client) == 200
        return client

    async def test_stops_for_an_incident_that_began_since(self, asking, daypass):
        daypass.stopping = ("12",)
        assert await ask(asking) == 403
        daypass.stopping = ()
        assert await ask(asking) == 200

    async def test_stops_for_a_freeze_that_began_since(self, asking, daypass):
        (freeze,) = (one for one in daypass.last.terms.freezes if one.begins)
        daypass.clock.at = freeze.begins
        assert await ask(asking) == 403

    async def test_stops_when_the_policy_rolls_it_out_elsewhere(self, asking, daypass):
        terms = daypass.world.bundle.services["ranking-model"]
        moved = terms.model_copy(
            update={"target": terms.target.model_copy(update={"read": "https://a.example"})}
        )
        services = {**daypass.world.bundle.services, "ranking-model": moved}
        daypass.world = replace(daypass.world, bundle=replace(daypass.world.bundle, services=services))
        assert await ask(asking) == 403

    async def test_that_only_the_database_says_is_not_let_on(self, client, daypass):
        await ask(client)
        honest = daypass.last
        daypass.is_approved(GRACE)
        daypass.logs[honest.id].decided = daypass.logs[honest.id].decided[:1]
        assert await ask(client) == 403
        (alarm,) = daypass.alarms
        assert "doesn't match the log" in alarm


class TestWhoAsks:
    @pytest.mark.parametrize(
        ("cluster", "asked", "status", "rejected"),
        [
            ("eu-1", {"token": OTHER}, 401, "unknown-cluster"),
            ("eu-1", {"token": None}, 401, "unknown-cluster"),
            ("eu-1", {"token": "é"}, 401, "unknown-cluster"),
            ("nowhere", {}, 401, "unknown-cluster"),
            ("us-1", {"token": OTHER}, 403, "rollout-elsewhere"),
            ("eu-1", {"service": "other"}, 403, "rollout-elsewhere"),
            ("eu-1", {"version": "../7"}, 400, "unlike-rollout"),
            ("eu-1", {"checksum": ""}, 400, "unlike-rollout"),
        ],
    )
    async def test_is_turned_away_and_recorded_once_an_hour(
        self, client, daypass, cluster, asked, status, rejected
    ):
        assert {await ask(client, cluster, **asked) for _ in range(20)} == {status}
        assert (daypass.rejected, daypass.states, daypass.asked) == ([rejected], {}, 0)
        daypass.clock.forward(hours=1)
        await ask(client, cluster, **asked)
        assert len(daypass.rejected) == 2

    async def test_may_show_the_token_that_replaces_the_other_in_a_header(self, client):
        headers = {"Authorization": f"Bearer {NEXT}"}
        body = flagger(token=None)
        answer = await client.post("/hooks/rollouts/eu-1/confirm", json=body, headers=headers)
        assert answer.status_code == 403
        assert "Waiting for approval in Slack" in answer.text

    async def test_is_answered_about_another_rollout_of_the_same_cluster_as_elsewhere(self, client, daypass):
        body = flagger() | {"name": "other"}
        answer = await client.post("/hooks/rollouts/eu-1/confirm", json=body)
        assert (answer.status_code, daypass.rejected) == (403, ["rollout-elsewhere"])

    async def test_sends_no_more_than_an_ask_has(self, client, daypass):
        answer = await client.post("/hooks/rollouts/eu-1/confirm", content=b"x" * 70_000)
        assert (answer.status_code, daypass.rejected) == (413, ["unlike-rollout"])


async def test_argo_rollouts_measures_a_word(client, daypass):
    async def measured() -> tuple[int, str]:
        answer = await client.post("/hooks/rollouts/eu-1/verdict", json=flagger())
        return answer.status_code, answer.json()["verdict"]

    assert await measured() == (200, "waiting")
    daypass.is_approved(GRACE)
    assert await measured() == (200, "approved")
    daypass.goes_live()
    assert await measured() == (200, "approved")
    daypass.states[daypass.last.id] = daypass.last.model_copy(update={"status": "rejected"})
    assert await measured() == (200, "refused")


class TestItsReleases:
    def test_are_proposed_by_the_cluster_alone(self, daypass):
        outcome = daypass.does(ProposeRelease("rel_01", "ranking-model", "2"), Actor(EDSGER))
        assert isinstance(outcome.refusal, Refused)
        assert "not-its-cluster" in outcome.refusal.code

    @pytest.mark.parametrize(
        ("old", "new", "what"),
        [
            ("  cluster: eu-1\n", "", "belong together"),
            ("  machine: nightly-training", "", "belong together"),
            ("test/podinfo", "podinfo", "test/podinfo"),
            ("test/podinfo", "test/pod/info", "test/podinfo"),
            ("  cluster: eu-1\n", "  cluster: eu-1\n  alias: champion\n", "exactly one"),
            ("nightly-training", "nightly-trainin", "no machine"),
        ],
    )
    def test_are_of_a_service_that_fits_together(self, tmp_path, old, new, what):
        change = (SERVICE_FILE, "goes_live:\n  alias: champion", ROLLOUT.replace(old, new))
        with pytest.raises(BundleErrors, match=what):
            changed_bundle(tmp_path / "bundle", change)
