"""The policy bundle edited on disk while Daypass runs: for the better, or broken."""

import asyncio
from pathlib import Path

import pytest

from bot.app import running
from bot.slack.texts import NOTHING_WAITS
from tests.builders import Database
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import (
    ask,
    card,
    log_of,
    message,
    press,
    press_as_shown,
    said,
    told,
)
from tests.flow.office import ALARMS, APPROVALS, HEALTH_TOKEN, Office, Servers, settings_for
from tests.flow.test_home import home, in_view
from workflows.policy.problems import BundleErrors

WAREHOUSE = "resources/feature-warehouse.yaml"
STRICTER = (WAREHOUSE, "quorum: 1", "quorum: 2")


def edit(bundle: Path, file: str, old: str, new: str) -> None:
    text = (bundle / file).read_text()
    assert old in text
    (bundle / file).write_text(text.replace(old, new, 1))


async def noticed(office: Office) -> None:
    """The job that watches the bundle has looked."""
    jobs = {job.name: job for job in office.daypass.jobs.all()}
    await jobs["watch the bundle"].run()


class TestAStricterRuleWhileARequestIsPending:
    async def test_redraws_the_card_and_refuses_a_click_on_the_old_one(
        self, open_office: OpenOffice, rules: Rules
    ) -> None:
        bundle = rules()
        async with open_office(bundle=bundle) as office:
            asked = await ask(office)
            old = await card(office.grace, APPROVALS, asked.id, asked.terms.digest)
            edit(bundle, *STRICTER)
            await noticed(office)
            digest = office.daypass.known.bundle.short_digest
            new = await card(office.grace, APPROVALS, asked.id, digest)
            assert new["ts"] == old["ts"]
            await press_as_shown(office.grace, APPROVALS, old, "Approve")
            await told(office.grace, APPROVALS, "out of date")
            assert (await office.newest()).reviews == ()
            assert (await log_of(office, asked.id))[-1] == f"stale by {office.grace.id}"
            await press(office.grace, APPROVALS, "Approve", digest)
            await card(office.edsger, APPROVALS, asked.id, "Approved by <@U02GRACE>")
            assert (await office.newest()).status == "pending"
            await press(office.edsger, APPROVALS, "Approve", "Approved by <@U02GRACE>")
            await office.until("active")

    async def test_refuses_a_click_that_comes_before_the_change_was_noticed(
        self, open_office: OpenOffice, rules: Rules
    ) -> None:
        bundle = rules()
        async with open_office(bundle=bundle) as office:
            asked = await ask(office)
            old = await card(office.grace, APPROVALS, asked.id)
            edit(bundle, *STRICTER)
            await asyncio.to_thread(office.daypass.known.reload_bundle)
            await press_as_shown(office.grace, APPROVALS, old, "Approve")
            await told(office.grace, APPROVALS, "out of date")
            await card(office.grace, APPROVALS, asked.id, office.daypass.known.bundle.short_digest)
            assert (await office.newest()).reviews == ()

    async def test_that_now_forbids_it_no_approval_passes(
        self, open_office: OpenOffice, rules: Rules
    ) -> None:
        bundle = rules()
        async with open_office(bundle=bundle) as office:
            asked = await ask(office)
            await office.quiet()
            edit(bundle, "environments.yaml", "longest: 8h", "longest: 30m\n      shortest: 10s")
            edit(bundle, WAREHOUSE, "longest: 2h", "longest: 30m")
            edit(bundle, WAREHOUSE, "longest: 1h", "longest: 30m")
            edit(bundle, "daypass.yaml", "duration: 1h", "duration: 30m")
            await noticed(office)
            assert office.daypass.known.warning is None
            await press(
                office.grace, APPROVALS, "Approve", asked.id, office.daypass.known.bundle.short_digest
            )
            await told(office.grace, APPROVALS, "can't be approved", "30 minutes")
            assert (await office.newest()).status == "pending"


class TestABrokenBundle:
    async def test_leaves_the_last_good_one_in_force_and_says_so_until_it_is_mended(
        self, open_office: OpenOffice, rules: Rules
    ) -> None:
        bundle = rules()
        async with open_office(bundle=bundle) as office:
            digest = office.daypass.known.bundle.digest
            await home(office, office.grace, NOTHING_WAITS)
            edit(bundle, WAREHOUSE, "risk: high", "risk: hgh")
            await noticed(office)
            alarm = await message(office.radia, ALARMS, "The policy bundle has errors")
            assert "the last good one" in said(alarm)
            assert f"{WAREHOUSE}:" in said(alarm)
            assert "did you mean “high”?" in said(alarm)
            assert office.daypass.known.bundle.digest == digest
            await office.grace.home()
            await in_view(office, office.grace, "The policy bundle has errors")
            assert await ask(office)
            edit(bundle, WAREHOUSE, "risk: hgh", "risk: high")
            await noticed(office)
            await message(office.radia, ALARMS, "Over: ~The policy bundle has errors")
            assert office.daypass.known.warning is None

    async def test_is_raised_as_one_alarm(self, open_office: OpenOffice, rules: Rules) -> None:
        bundle = rules()
        async with open_office(bundle=bundle) as office:
            edit(bundle, WAREHOUSE, "risk: high", "risk: hgh")
            for _ in range(3):
                await noticed(office)
            edit(bundle, WAREHOUSE, "quorum: 1", "quorum: one")
            await noticed(office)
            await message(office.radia, ALARMS, "quorum")
            await office.quiet()
            broken = [
                one for one in await office.radia.messages(ALARMS) if "policy bundle has errors" in said(one)
            ]
            assert len(broken) == 1

    async def test_makes_readyz_say_so(self, open_office: OpenOffice, rules: Rules) -> None:
        bundle = rules()
        async with open_office(bundle=bundle) as office:
            (bundle / "groups.yaml").unlink()
            await noticed(office)
            told = {"Authorization": f"Bearer {HEALTH_TOKEN.get_secret_value()}"}
            for headers, sentence in (
                ({}, "not ready"),
                ({"Authorization": "Bearer let-me"}, "not ready"),
                (told, "has errors"),
            ):
                async with office.session.get(f"{office.url}/readyz", headers=headers) as answer:
                    said = (await answer.json())["parts"]["policy bundle"]
                    assert (answer.status, "has errors" in said) == (503, sentence == "has errors")
                    assert sentence in said

    async def test_with_more_faults_than_a_message_holds_is_still_told(
        self, open_office: OpenOffice, rules: Rules
    ) -> None:
        bundle = rules()
        async with open_office(bundle=bundle) as office:
            faults = "".join(f"  wrong-{number}: {{x: <!channel> & {number}}}\n" for number in range(200))
            (bundle / "groups.yaml").write_text(f"groups:\n{faults}")
            await noticed(office)
            alarm = await message(office.radia, ALARMS, "The policy bundle has errors")
            assert "<!channel>" not in said(alarm)
            await office.quiet()
            await office.grace.home()
            await in_view(office, office.grace, "The policy bundle has errors")
            assert {call.error for call in office.calls} == {None}

    async def test_daypass_does_not_start_on(
        self, servers: Servers, sqlite_database: Database, rules: Rules
    ) -> None:
        bundle = rules((WAREHOUSE, "risk: high", "risk: hgh"))
        settings = settings_for(servers, "http://127.0.0.1:1", sqlite_database.url, bundle=bundle)
        with pytest.raises(BundleErrors) as refused:
            async with running(settings):
                pass
        (sentence,) = str(refused.value).splitlines()
        assert sentence.startswith(f"{WAREHOUSE}:")
        assert "risk" in sentence
        assert sentence.endswith("did you mean “high”?")
