"""GitHub wants to deploy, Slack decides, GitHub hears it; and what an administrator lets through is found."""

import hashlib
import hmac
import json
from pathlib import Path

from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from integrations.standard_webhooks import signed
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import message, press
from tests.flow.office import ALARMS, Office
from tests.flow.test_releasing import RELEASES, releases, until
from tests.releases.cluster import ROLLOUT
from tests.releases.conftest import SERVICE_FILE
from tests.releases.github_published import webhook_part
from tests.releases.github_server import APP, ENVIRONMENT, REPOSITORY, GitHubRun, GitHubServer
from tests.releases.github_service import SECRETS, SERVICE, new_key
from workflows.clock_skew import utc_now

CLUSTER = "c" * 40
PIPELINE = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PASSED = (("tests", "success"),)


async def deliver(office: Office, api: str, run: GitHubRun) -> int:
    """Deliver the webhook of a run that waits, as GitHub signs it."""
    url = f"{api}repos/{REPOSITORY}/actions/runs/{run.number}/deployment_protection_rule"
    about = {
        "repository": webhook_part("repository") | {"full_name": REPOSITORY},
        "sender": webhook_part("sender"),
    }
    document = {"action": "requested", "environment": ENVIRONMENT, "deployment_callback_url": url, **about}
    body = json.dumps(document).encode()
    headers = {
        "X-Hub-Signature-256": f"sha256={hmac.new(SECRETS[1].encode(), body, hashlib.sha256).hexdigest()}",
        "X-GitHub-Event": "deployment_protection_rule",
        "X-GitHub-Delivery": f"72d3162e-cc78-11e3-81ab-{run.number:012}",
    }
    async with office.session.post(f"{office.url}/github/webhook", data=body, headers=headers) as answer:
        return answer.status


async def built(office: Office, version: str) -> tuple[int, str | None]:
    """Deliver a pipeline's signed webhook: its answer's status, and the release that it names."""
    body = json.dumps({"type": "version.built", "data": {"service": "web", "version": version}}).encode()
    headers = signed(body, (SecretStr(PIPELINE),), f"msg_{version.replace('.', '_')}", utc_now())
    url = f"{office.url}/hooks/releases/nightly-training"
    async with office.session.post(url, data=body, headers=headers) as answer:
        return answer.status, (await answer.json()).get("release")


async def asked(office: Office) -> str:
    """Ask as Flagger does, and be told to wait."""
    about = {"service": "podinfo", "version": "2", "token": CLUSTER}
    body = {"namespace": "test", "name": "podinfo", "checksum": "85d557f47b", "metadata": about}
    async with office.session.post(f"{office.url}/hooks/rollouts/eu-1/confirm", json=body) as answer:
        assert answer.status == 503
        return await answer.text()


async def watch(office: Office) -> None:
    for job in office.daypass.jobs.all():
        if job.name in ("watch deployments", "watch releases"):
            await job.run()
    await office.quiet()


async def test_slack_decides_what_github_deploys_and_a_bypass_is_found(
    open_office: OpenOffice, rules: Rules, tmp_path: Path
) -> None:
    bundle, server, key = rules(), GitHubServer(new_key()), tmp_path / "app.pem"
    (bundle / "services/web.yaml").write_text(SERVICE)
    podinfo = (bundle / SERVICE_FILE).read_text().replace("goes_live:\n  alias: champion", ROLLOUT)
    (bundle / "services/podinfo.yaml").write_text(
        podinfo.replace("service: ranking-model", "service: podinfo")
    )
    key.write_bytes(server.key.as_pem(private=True))
    async with TestServer(server.app()) as served:
        api = str(served.make_url("/"))
        settings = {
            "daypass_github_url": api,
            "daypass_github_app": APP,
            "daypass_github_key_file": key,
            "daypass_github_webhook_secrets": tuple(map(SecretStr, SECRETS)),
            "daypass_release_webhooks": {"nightly-training": (SecretStr(PIPELINE),)},
            "daypass_rollout_tokens": {"eu-1": (SecretStr(CLUSTER),)},
            "daypass_watch_seconds": 600,
        }
        async with open_office(bundle=bundle, **settings) as office:
            run = server.push(checks=PASSED)
            assert [await deliver(office, api, run) for _ in range(2)] == [202, 202]
            await until(office, "pending")
            await press(office.grace, RELEASES, "Approve", "Web shop")
            live = await until(office, "live")
            assert (live.version, len(await releases(office))) == (run.version, 1)
            waiting, approved = run.answers
            assert "state" not in waiting and "Waiting for approval in Slack" in waiting["comment"]
            assert approved["state"] == "approved" and "Grace" in approved["comment"]

            refused = server.push(checks=(("tests", "failure"),))
            await watch(office)
            lost = await until(office, "proposed")
            assert lost.version == refused.version, "a webhook that was lost is made up for by looking"

            assert await built(office, refused.version) == (202, lost.id), "it is proposed already"
            assert await built(office, "9999") == (422, None), "it isn't there"
            assert len(await releases(office)) == 2

            assert "MLflow isn't set up" in await asked(office), "a cluster waits for its source"

            server.bypass(refused, "root-admin")
            await watch(office)
            first, _second = await releases(office)
            assert first.drifted and first.found == refused.version

            said = ("without Daypass's approval", refused.version, "root-admin")
            await message(office.radia, ALARMS, *said)
    assert server.problems == []
