"""A pipeline asks by the command line and waits; its exit code is the verdict."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.demo.stage import ROOT
from tests.flow.deeds import press
from tests.flow.office import APPROVALS, Office
from tests.web.conftest import Identity
from workflows.access.model import ReviewAccess
from workflows.releases.model import KIND, Release
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
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith(("DAYPASS", "VAULT", "BAO"))
    }
    return {**kept, "DAYPASS_URL": office.url, "DAYPASS_TOKEN_FILE": str(file)}


async def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *arguments]
    return await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100
    )


async def asked_for(office: Office) -> str:
    return (await office.until("pending")).id


class TestAskingForAccess:
    async def test_prints_the_request(self, office, environment):
        done = await run(environment, *ASK)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == (await office.newest()).id

    async def test_waits_until_it_is_granted_and_hands_a_credential_over(self, office, environment):
        running = asyncio.create_task(run(environment, *ASK, "--wait", "--wrapped"))
        await press(office.grace, APPROVALS, "Approve", await asked_for(office))
        done = await running
        assert done.returncode == 0, done.stderr
        assert "pending" in done.stderr
        assert "active; U02GRACE: approve" in done.stderr
        assert done.stdout.strip().startswith("s.")
        assert done.stdout.strip() not in done.stderr

    async def test_ends_with_3_if_it_is_denied_and_says_why(self, office, environment):
        running = asyncio.create_task(run(environment, *ASK, "--wait"))
        asked = await office.until("pending")
        command = ReviewAccess(asked.id, "deny", asked.digest, asked.terms.digest, "not at night")
        await office.daypass.ledger.handle(command, Actor("U02GRACE"), "slack")
        done = await running
        assert done.returncode == 3, done.stderr
        assert "reason: not at night" in done.stderr

    async def test_ends_with_4_if_it_lapses(self, open_office, rules, identity, tmp_path):
        bundle = rules(("daypass.yaml", "lapse: 4h", "lapse: 3s"))
        async with open_office(bundle=bundle) as office:
            done = await run(environment_of(office, identity, tmp_path), *ASK, "--wait")
        assert done.returncode == 4, done.stderr
        assert "lapsed" in done.stderr

    async def test_ends_with_5_if_nobody_decides_in_time(self, environment):
        done = await run(environment, *ASK, "--wait", "--timeout", "1s")
        assert done.returncode == 5, done.stderr
        assert "It stays asked until it lapses" in done.stderr

    async def test_that_is_refused_ends_with_1_and_a_sentence(self, environment):
        done = await run(
            environment, "access", "request", "warehouse-pii", "--for", "999h", "--because", "x", "--wait"
        )
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert done.stderr.strip()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"DAYPASS_URL": ""}, "DAYPASS_URL is not set"),
            ({"DAYPASS_TOKEN_FILE": ""}, "There is no token"),
            ({"DAYPASS_TOKEN_FILE": "/nowhere"}, "can't be read"),
            ({"DAYPASS_TOKEN_FILE": "", "DAYPASS_TOKEN": "nonsense"}, "That is no token"),
        ],
    )
    async def test_without_what_it_needs_says_what(self, environment, changes, words):
        done = await run({**environment, **changes}, *ASK)
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr

    async def test_takes_a_duration_that_is_one(self, environment):
        assert (await run(environment, *ASK, "--wait", "--timeout", "soon")).returncode == 2


class TestAskingForARelease:
    async def test_waits_and_ends_with_4_if_it_is_withdrawn(self, office, environment, machine):
        running = asyncio.create_task(
            run(environment, "release", "request", "ranking-model", "7", "--note", "it knows more", "--wait")
        )

        async def proposed() -> str | None:
            found = await office.daypass.reads.in_status(Release, KIND, ["proposed"])
            return found[0].id if found else None

        while not (release := await proposed()):
            await asyncio.sleep(0.05)
        assert (await machine.post(f"/api/v1/releases/{release}/withdraw")).status_code == 200
        done = await running
        assert done.returncode == 4, done.stderr
        assert done.stdout.strip() == release

    async def test_of_what_is_no_service_is_refused(self, environment):
        done = await run(environment, "release", "request", "nothing", "7")
        assert done.returncode == 1
        assert "There is no such service" in done.stderr
