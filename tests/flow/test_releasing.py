"""A release in Slack, on a real MLflow: proposed, decided, live, taken back, and what goes wrong in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import AnyHttpUrl

from bot.demo.actor import Actor, Json, NotSeen, seen, text_of, values_of
from bot.slack.releases import texts
from integrations.vault.names import RELEASE_KEY
from tests.flow import deeds
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import form, message, said
from tests.flow.office import Office
from tests.flow.test_incidents import pressed, run
from tests.lab import Lab
from workflows.incidents.state import KIND as INCIDENT
from workflows.incidents.state import OPEN as OPEN_INCIDENTS
from workflows.incidents.state import Incident
from workflows.releases.attestation.statement import attests
from workflows.releases.drift import watch_artifacts
from workflows.releases.state import KIND, Release

RELEASES = "C05RELEASES"
SERVICE = "services/ranking-model.yaml"
EVERY = ("proposed", "pending", "approved", "live", "evaluated", "rolling back", "rolled back", "rejected",
         "withdrawn", "lapsed", "superseded", "replaced")  # fmt: skip
WATCH = ("watch releases", "watch open releases")
CHANNEL = "C06INCIDENTS"
PENDING, NOT_PASSED = texts.STANDING["pending"], texts.STANDING["proposed"]
CHANGED = "isn't the approved one"


@dataclass
class Between:
    """Stands between Daypass and MLflow, and fails as networks do."""

    url: str
    to: str
    before_moving: Callable[[], None] = lambda: None
    mode: str = "up"
    """`up`; `down`; `mute`: what moves an alias arrives and its answer is lost."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        moving = request.method != "GET" and request.path.endswith("/alias")
        if self.mode == "down":
            request.transport.close()  # type: ignore[union-attr]
            return web.Response()
        if moving:
            await asyncio.to_thread(self.before_moving)
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method,
                self.to + str(request.rel_url),
                data=await request.read(),
                headers={"Content-Type": request.content_type},
            ) as answer,
        ):
            body = await answer.read()
        if self.mode == "mute" and moving:
            request.transport.close()  # type: ignore[union-attr]
        return web.Response(status=answer.status, body=body, content_type=answer.content_type)


@asynccontextmanager
async def between(to: str) -> AsyncIterator[Between]:
    found = Between("", to)
    app = web.Application(client_max_size=1 << 26)
    app.router.add_route("*", "/{path:.*}", found.handle)
    async with TestServer(app) as server:
        found.url = str(server.make_url("/")).rstrip("/")
        yield found


@pytest.fixture
def bundle(rules: Rules, lab: Lab) -> Path:
    """The example, with the model of this test."""
    return rules(
        (SERVICE, "model: ranking-model", f"model: {lab.model}"), (SERVICE, "after: 15s", "after: 1h")
    )


@pytest.fixture
async def office(open_office: OpenOffice, bundle: Path, lab: Lab) -> AsyncIterator[Office]:
    lab.make_live(lab.trained({"ndcg": [0.8]}))
    lab.trained({"ndcg": [0.9]})
    others = {"daypass_attestation_key": RELEASE_KEY, "daypass_url": AnyHttpUrl("https://daypass.example")}
    async with open_office(
        bundle=bundle, mlflow_tracking_uri=lab.url, daypass_watch_seconds=600, **others
    ) as office:
        yield office


async def proposed(office: Office, text: str = "/release ranking-model 2 it ranks better") -> Release:
    """Ada proposes, and its gates have been looked at."""
    view = await form(office.ada, text)
    assert await office.ada.submit(view, values_of(view)) == {"ok": True}

    async def looked_at() -> Release | None:
        found = await releases(office)
        return found[-1] if found and (found[-1].evidence or found[-1].trouble) else None

    found: Release = await seen("a release with its evidence", looked_at)
    await office.quiet()
    return found


async def releases(office: Office) -> list[Release]:
    return await office.daypass.reads.in_status(Release, KIND, EVERY)


async def until(office: Office, status: str) -> Release:
    async def there() -> Release | None:
        found = (await releases(office))[-1]
        return found if found.status == status else None

    try:
        found: Release = await seen(f"the release is {status}", there)
    except NotSeen as error:
        raise NotSeen(f"{error}; it is {(await releases(office))[-1]}") from None
    await office.quiet()
    return found


async def card(person: Actor, words: str = "") -> Json:
    async def there() -> Json | None:
        shown = [one for one in await person.messages(RELEASES) if "root" not in one]
        found = [one for one in shown if words in text_of(one)]
        return found[-1] if found else None

    found: Json = await seen(f"a card that says {words!r}", there)
    return found


async def window(person: Actor, words: str) -> Json:
    """The open window, as soon as it says these words."""

    async def there() -> Json | None:
        view = await person.modal()
        return view if view and words in text_of(view) else None

    found: Json = await seen(f"a window that says {words!r}", there)
    return found


async def press(person: Actor, label: str) -> None:
    await person.press(RELEASES, await card(person, "Ranking model"), label)


async def press_and_say_why(person: Actor, label: str, why: str) -> Json:
    await press(person, label)
    view = await seen("the window that asks why", person.modal)
    values = values_of(view)
    values["reason"]["reason"]["value"] = why
    return await person.submit(view, values)


async def watched(office: Office) -> None:
    """The job that looks again has run."""
    for job in office.daypass.jobs.all():
        if job.name in WATCH:
            await job.run()
    await office.quiet()


async def refused(office: Office) -> list[str]:
    """The codes of all refusals on record, as soon as there is one."""

    async def refusals() -> list[str]:
        return [leaf.facts["code"] for leaf in await office.log() if leaf.action.endswith(".refused")]

    found: list[str] = await seen("a refusal on record", refusals)
    return found


class TestARelease:
    async def test_says_that_mlflow_proves_nobody_s_name(self, office: Office) -> None:
        await proposed(office)
        assert texts.NOT_VERIFIED in text_of(await card(office.grace, PENDING))

    async def test_goes_from_the_window_to_live_and_back(self, office: Office, lab: Lab) -> None:
        await form(office.ada, "/release ranking-model 2 it ranks better")
        view = await window(office.ada, "better* passed: ndcg is 0.9 (live version 1: 0.8")
        await office.ada.submit(view, values_of(view))

        found = text_of(await card(office.grace, PENDING))
        assert "version 1 → 2" in found
        assert "What changes: it ranks better" in found
        await press(office.grace, "Approve")
        await until(office, "live")
        assert lab.live() == "2"
        assert "approved by" in text_of(await card(office.grace, "live since"))

        assert await press_and_say_why(office.edsger, "Roll back", "worse in life") == {"ok": True}
        await until(office, "rolled back")
        assert lab.live() == "1"
        assert "worse in life" in text_of(await card(office.grace, "Rolled back"))
        release = (await releases(office))[-1]
        assert attests(release.attestation or "", release)
        actions = [leaf.action for leaf in await office.log() if leaf.subject.startswith("rel_")]
        actions.remove("release.attested")  # beside going live, before or after
        assert actions == [
            "release.proposed", "release.evidence-read", "release.reviewed", "release.approved",
            "release.move-started", "release.went-live",
            "release.artifact-confirmed", "release.move-started", "release.rolled-back", "release.artifact-confirmed",
        ]  # fmt: skip

    async def test_that_doesn_t_pass_its_gates_has_no_buttons_to_approve(
        self, office: Office, lab: Lab
    ) -> None:
        version = lab.trained({"ndcg": [0.9, 0.9]}, card="")
        await proposed(office, f"/release ranking-model {version}")

        found = await card(office.grace, NOT_PASSED)
        assert "quality* couldn't be checked: The metric ndcg was logged 2 times" in text_of(found)
        assert "card* failed" in text_of(found)
        with pytest.raises(NotSeen):
            await press(office.grace, "Approve")

    async def test_is_rejected_with_a_reason(self, office: Office, lab: Lab) -> None:
        await proposed(office)
        await press_and_say_why(office.grace, "Reject", "what of the cold start?")
        await until(office, "rejected")
        assert lab.live() == "1"
        assert "what of the cold start?" in await office.everything_said()

    async def test_of_high_risk_says_so_and_is_confirmed(
        self, open_office: OpenOffice, rules: Rules, lab: Lab
    ) -> None:
        bundle = rules(
            (SERVICE, "model: ranking-model", f"model: {lab.model}"),
            (SERVICE, "risk: moderate", "risk: high"),
        )
        lab.make_live(lab.trained({"ndcg": [0.8]}))
        lab.trained({"ndcg": [0.9]})
        async with open_office(bundle=bundle, mlflow_tracking_uri=lab.url) as office:
            await proposed(office)
            await card(office.grace, "high risk")
            await press(office.grace, "Approve")
            view = await window(office.grace, texts.CONFIRM)
            assert "it ranks better" in text_of(view)
            assert (await releases(office))[-1].status == "pending"
            assert await office.grace.submit(view, {}) == {"ok": True}
            await until(office, "live")

    async def test_shows_on_the_home_of_whoever_decides(self, office: Office) -> None:
        await proposed(office)
        view = await office.grace.home()

        async def listed() -> Json | None:
            home = await office.grace.home()
            return home if home and "checks passed" in text_of(home) else None

        view = await seen("the release on Grace's Home", listed)
        await office.grace.press_home(view, "Approve")
        await until(office, "live")


class TestAClick:
    async def test_of_an_author_is_refused_and_on_record(self, office: Office, lab: Lab) -> None:
        await proposed(office)
        await press(office.ada, "Approve")
        assert await refused(office) == ["author"]
        assert (await releases(office))[-1].status == "pending"

    async def test_twice_and_by_two_at_once_has_one_outcome(self, office: Office, lab: Lab) -> None:
        await proposed(office)
        found = await card(office.grace, PENDING)
        people = (office.grace, office.edsger, office.grace, office.edsger)
        await asyncio.gather(*(one.press(RELEASES, found, "Approve") for one in people))
        await until(office, "live")
        actions = [leaf.action for leaf in await office.log()]
        assert actions.count("release.approved") == actions.count("release.went-live") == 1
        assert lab.live() == "2"

    async def test_on_a_card_that_no_longer_shows_the_truth_is_refused(
        self, office: Office, lab: Lab
    ) -> None:
        await proposed(office)
        old = await card(office.grace, PENDING)
        lab.remove("2", "model/weights.bin")
        await watched(office)
        await office.grace.press(RELEASES, old, "Approve")
        assert "stale" in await refused(office)
        assert (await releases(office))[-1].status == "pending"
        await press(office.grace, "Approve")
        await until(office, "live")


class TestAnApproval:
    async def test_is_void_when_the_artifact_changes_before_it_is_live(
        self, open_office: OpenOffice, bundle: Path, lab: Lab
    ) -> None:
        lab.make_live(lab.trained({"ndcg": [0.8]}))
        lab.trained()
        async with (
            between(lab.url) as mlflow,
            open_office(bundle=bundle, mlflow_tracking_uri=mlflow.url, daypass_watch_seconds=600) as office,
        ):
            await proposed(office)
            mlflow.mode = "down"
            await press(office.grace, "Approve")
            await card(office.grace, "MLflow can't be reached")
            lab.overwrite("2", "MLmodel")
            mlflow.mode = "up"
            await until(office, "pending")
            assert "voided:* the artifact changed" in text_of(await card(office.grace, "void"))
            assert lab.live() == "1"


class TestBadDays:
    async def test_mlflow_away_while_it_moves_ends_in_what_is_known(
        self, open_office: OpenOffice, bundle: Path, lab: Lab
    ) -> None:
        lab.make_live(lab.trained({"ndcg": [0.8]}))
        lab.trained()
        async with (
            between(lab.url) as mlflow,
            open_office(bundle=bundle, mlflow_tracking_uri=mlflow.url, daypass_watch_seconds=600) as office,
        ):
            await proposed(office)
            mlflow.mode = "mute"
            await press(office.grace, "Approve")
            await until(office, "live")
            assert lab.live() == "2"
            assert [leaf.action for leaf in await office.log()].count("release.move-delayed") == 1

    async def test_a_restart_in_the_middle_goes_on_by_itself(
        self, open_office: OpenOffice, bundle: Path, lab: Lab
    ) -> None:
        lab.make_live(lab.trained({"ndcg": [0.8]}))
        lab.trained()
        async with between(lab.url) as mlflow:
            settings = {"bundle": bundle, "mlflow_tracking_uri": mlflow.url, "daypass_watch_seconds": 600}
            async with open_office(**settings) as office:
                await proposed(office)
                mlflow.mode = "down"
                await press(office.grace, "Approve")
                await card(office.grace, "MLflow can't be reached")
            mlflow.mode = "up"
            async with open_office(**settings) as office:
                await until(office, "live")
        assert lab.live() == "2"

    async def test_without_mlflow_the_window_and_the_card_say_so(
        self, open_office: OpenOffice, bundle: Path
    ) -> None:
        async with open_office(bundle=bundle) as office:
            await form(office.ada, "/release ranking-model 2")
            view = await window(office.ada, "The checks can't run now")
            await office.ada.submit(view, values_of(view))
            await card(office.grace, "MLflow isn't set up")


class TestAnAliasMovedByHand:
    async def test_is_noticed_and_can_be_restored(self, office: Office, lab: Lab) -> None:
        await proposed(office)
        await press(office.grace, "Approve")
        await until(office, "live")
        lab.make_live(lab.trained())
        await watched(office)
        assert "Version 3 went live" in text_of(await card(office.grace, "outside Daypass"))
        direct = await office.ada.messages(await office.ada.direct())
        assert any("version 3 went live" in text_of(one) for one in direct)

        await press(office.edsger, "Restore")

        async def restored() -> bool:
            return not (await releases(office))[-1].drifted

        await seen("what was approved is restored", restored)
        assert lab.live() == "2"

    async def test_before_the_decision_ends_the_release(self, office: Office, lab: Lab) -> None:
        await proposed(office)
        lab.make_live(lab.trained())
        await watched(office)
        assert (await releases(office))[-1].status == "superseded"
        assert lab.live() == "3"


async def looked_at_bytes(office: Office) -> None:
    """The job that looks at artifacts has run, and has read all of them anew."""
    jobs = office.daypass.jobs
    await watch_artifacts(jobs.ledger, jobs.reads, jobs.releases.registries, jobs.now())
    await office.quiet()


class TestAnArtifactSwapped:
    """By as many other bytes, under the same version's number: nothing but reading it shows."""

    async def live(self, office: Office) -> None:
        await proposed(office)
        await press(office.grace, "Approve")
        await until(office, "live")

    async def test_after_it_went_live_is_told_and_can_be_rolled_back(self, office: Office, lab: Lab) -> None:
        await self.live(office)
        lab.overwrite("2", "MLmodel")
        await looked_at_bytes(office)
        shown = text_of(await card(office.grace, CHANGED))
        changed = [leaf for leaf in await office.log() if leaf.action == "release.artifact-changed"]
        (facts,) = [leaf.facts for leaf in changed]
        assert facts["approved"][:12] in shown
        assert facts["found"][:12] in shown
        direct = await office.ada.messages(await office.ada.direct())
        assert any(CHANGED in text_of(one) for one in direct)
        await press_and_say_why(office.edsger, "Roll back", "not what I approved")
        await until(office, "rolled back")
        assert lab.live() == "1"

    async def test_is_found_within_the_hour_by_itself(self, office: Office, lab: Lab) -> None:
        await self.live(office)
        await office.quiet()
        lab.overwrite("2", "MLmodel")
        job = next(one for one in office.daypass.jobs.all() if one.name == "watch artifacts")
        await office.forward(minutes=61)
        await job.run()
        await card(office.grace, CHANGED)

    async def test_in_the_moment_of_the_move_is_told(
        self, open_office: OpenOffice, bundle: Path, lab: Lab
    ) -> None:
        """Between the last reading and the alias."""
        lab.make_live(lab.trained({"ndcg": [0.8]}))
        lab.trained()
        async with (
            between(lab.url) as mlflow,
            open_office(bundle=bundle, mlflow_tracking_uri=mlflow.url, daypass_watch_seconds=600) as office,
        ):
            mlflow.before_moving = lambda: lab.overwrite("2", "MLmodel")
            await self.live(office)
            await card(office.grace, CHANGED)

    async def test_in_the_version_before_keeps_it_from_being_rolled_back_to(
        self, office: Office, lab: Lab
    ) -> None:
        await self.live(office)
        lab.overwrite("1", "MLmodel")
        await press_and_say_why(office.edsger, "Roll back", "worse in life")
        await card(office.grace, "wasn't made live again")
        assert lab.live() == "2"
        assert (await releases(office))[-1].status == "live"

    async def test_and_deleted_is_told(self, office: Office, lab: Lab) -> None:
        await self.live(office)
        lab.remove("2", "MLmodel")
        lab.remove("2", "model/weights.bin")
        await looked_at_bytes(office)
        await card(office.grace, CHANGED)
        lab.call("DELETE", "model-versions/delete", name=lab.model, version="2")
        await looked_at_bytes(office)
        await card(office.grace, "can't be read")


class TestAnMLflowWithoutALogin:
    async def test_releases_nothing_and_is_alarmed_unless_the_policy_takes_names_as_claimed(
        self, open_office: OpenOffice, rules: Rules, lab: Lab
    ) -> None:
        bundle = rules(
            (SERVICE, "model: ranking-model", f"model: {lab.model}"), (SERVICE, "  mlflow: claimed\n", "")
        )
        lab.trained()
        settings = {"mlflow_tracking_uri": lab.url, "daypass_watch_seconds": 600}
        async with open_office(bundle=bundle, **settings) as office:
            await proposed(office, "/release ranking-model 1")
            await card(office.grace, "authors* couldn't be checked: MLflow doesn't require a login")
            await next(one for one in office.daypass.jobs.all() if one.name == "watch artifacts").run()
            await office.quiet()
            assert "can't be released until MLflow has one" in await office.everything_said()


class TestTheNextRelease:
    async def test_takes_the_place_of_the_one_before(self, office: Office, lab: Lab) -> None:
        await proposed(office)
        await press(office.grace, "Approve")
        await until(office, "live")
        version = lab.trained({"ndcg": [0.95]})
        await proposed(office, f"/release ranking-model {version}")
        await press(office.grace, "Approve")
        await until(office, "live")
        await watched(office)
        assert [one.status for one in await releases(office)] == ["replaced", "live"]
        assert not any(one.drifted for one in await releases(office))


class TestAnIncident:
    async def test_is_declared_by_failed_checks_and_stops_the_next_release_until_it_is_over(
        self, office: Office, lab: Lab
    ) -> None:
        await proposed(office)
        await press(office.grace, "Approve")
        first = await until(office, "live")
        await office.forward(hours=2)

        async def declared() -> Incident | None:
            found = await office.daypass.reads.in_status(Incident, INCIDENT, OPEN_INCIDENTS)
            return found[0] if found and found[0].channel else None

        incident: Incident = await seen("an incident", declared)
        channel = str(incident.channel)
        assert (incident.severity, incident.release) == ("sev3", first.id)
        assert f"Incident *{incident.number}* declared" in text_of(await card(office.grace, "declared"))
        shown = await message(office.grace, channel, "failed checks of release")
        assert first.id in said(shown), said(shown)

        await deeds.press(office.margaret, CHANNEL, "Take command", incident.number)
        assert await pressed(office.margaret, incident, "Severity", severity="sev2") == {"ok": True}
        await run(office.margaret, incident, "Stop releases")
        await message(office.margaret, channel, "releases stopped")
        await proposed(office, f"/release ranking-model {lab.trained({'ndcg': [0.95]})} a better one")
        found = text_of(await card(office.grace, NOT_PASSED))
        assert f"no-incident* failed: Open on this service: sev2 {incident.number}" in found
        assert f"stopped by incident {incident.number}" in found

        assert await pressed(office.margaret, incident, "Resolve", reason="It was nothing.") == {"ok": True}
        await office.quiet()
        await watched(office)
        assert "no-incident" not in text_of(await card(office.grace, PENDING))
