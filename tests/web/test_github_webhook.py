"""What GitHub delivers is taken only if it is signed, and leads nowhere but to the API that the operator configured."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bot.web.github import PATH, GitHubHook, Unlike, is_signed, read_delivery, router
from integrations.github.version import RunVersion, run_of_callback
from tests.releases.github_published import check_delivery, check_older_delivery, webhook_part
from tests.releases.github_service import SECRETS, terms_in, web_world
from workflows.ports import Retryable
from workflows.releases.commands import ProposeRelease
from workflows.releases.deployments import Deployable

API = "https://api.github.com"
REPOSITORY = "northwind/web"
RUN = 1_658_821_493
CALLBACK = f"{API}/repos/{REPOSITORY}/actions/runs/{RUN}/deployment_protection_rule"
KEYS = tuple(map(SecretStr, SECRETS))


def repository(name: str) -> dict[str, object]:
    """The published example, which is older than the schema, with the fields that this requires since."""
    since = {"is_template": False, "web_commit_signoff_required": False, "topics": [], "visibility": "public"}
    return webhook_part("repository") | since | {"custom_properties": {}, "full_name": name}


def delivery(**changes: object) -> dict[str, object]:
    """A webhook as GitHub's description has it, of published parts; a change to None leaves the field out."""
    whole = {
        "action": "requested",
        "environment": "production",
        "event": "push",
        "deployment_callback_url": CALLBACK,
        "deployment": webhook_part("deployment"),
        "pull_requests": [],
        "repository": repository(REPOSITORY),
        "sender": webhook_part("sender"),
        "installation": {"id": 1, "node_id": "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMQ=="},
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def signature(body: bytes, secret: str = SECRETS[0]) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


class TestADelivery:
    def test_as_github_publishes_it_is_read(self):
        newer = delivery(sha="f" * 40, ref="refs/heads/main")
        check_older_delivery(delivery())
        check_delivery(newer)
        for one in (delivery(), newer):
            found = read_delivery(json.dumps(one).encode(), API)
            assert (found.repository, found.environment, found.run) == (REPOSITORY, "production", RUN)

    def test_of_only_what_is_sure_is_read(self):
        least = delivery(
            **dict.fromkeys(
                (
                    "environment",
                    "event",
                    "deployment_callback_url",
                    "deployment",
                    "pull_requests",
                    "installation",
                )
            )
        )
        check_older_delivery(least)
        found = read_delivery(json.dumps(least).encode(), API)
        assert (found.repository, found.environment, found.run) == (REPOSITORY, None, None)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{}",
            b"\xff",
            b"[" * 100_000,
            json.dumps(delivery(action="created")).encode(),
            json.dumps(delivery(repository={"full_name": "../web"})).encode(),
            json.dumps(delivery(repository="northwind/web")).encode(),
            json.dumps(delivery(environment=7)).encode(),
        ],
    )
    def test_of_another_shape_is_refused(self, body):
        with pytest.raises(Unlike, match="unlike-github"):
            read_delivery(body, API)

    @pytest.mark.parametrize(
        "url",
        [
            CALLBACK.replace("api.github.com", "evil.example"),
            CALLBACK.replace("api.github.com", "api.github.com.evil.example"),
            CALLBACK.replace("https://", "http://"),
            CALLBACK.replace("https://", "https://ada:secret@"),
            CALLBACK.replace("api.github.com", "api.github.com:8443"),
            CALLBACK.replace(REPOSITORY, "northwind/other"),
            CALLBACK.replace(REPOSITORY, "northwind/web/../other"),
            CALLBACK.replace(str(RUN), "0"),
            CALLBACK.replace(str(RUN), "٣"),
            f"{CALLBACK}?next=https://evil.example",
            f"{CALLBACK}#x",
            f"{CALLBACK}/",
            "https://[",
            7,
            "x" * 1_000,
        ],
    )
    def test_that_names_another_place_is_refused(self, url):
        with pytest.raises(Unlike, match="github-elsewhere"):
            read_delivery(json.dumps(delivery(deployment_callback_url=url)).encode(), API)

    def test_of_an_enterprise_server_is_under_its_own_address(self):
        api = "https://github.northwind.example/api/v3/"
        url = f"{api}repos/{REPOSITORY}/actions/runs/5/deployment_protection_rule"
        assert run_of_callback(url, api, REPOSITORY) == 5
        assert run_of_callback(CALLBACK, api, REPOSITORY) is None


class TestASignature:
    @pytest.mark.parametrize("secret", SECRETS)
    def test_by_either_secret_counts_while_they_are_rotated(self, secret):
        assert is_signed(b"{}", signature(b"{}", secret), KEYS)

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "sha256=",
            signature(b"{} "),
            signature(b"{}", "c" * 40),
            signature(b"{}").upper(),
            "sha1=" + "0" * 40,
        ],
    )
    def test_of_other_bytes_or_by_another_secret_does_not(self, header):
        assert not is_signed(b"{}", header, KEYS)

    def test_needs_a_secret(self):
        assert not is_signed(b"{}", signature(b"{}"), ())


def test_a_version_is_read_back_from_its_name():
    found = RunVersion.of("4f9c2e1a0b3c" + "0" * 28, RUN, 2)
    assert RunVersion.read(str(found)) == found
    for other in ("", "7", "4F9C2E1A0B3C.1.1", "4f9c2e1a0b3c.01.1", "4f9c2e1a0b3c.1.0", f"{found} "):
        assert RunVersion.read(other) is None
    with pytest.raises(ValueError, match="hash"):
        RunVersion.of("main", 1, 1)


@dataclass
class Waiting:
    """GitHub, and the ledger and the rejections behind the endpoint, as far as the endpoint asks them."""

    away: bool = False
    runs: list[int] = field(default_factory=list)
    handled: list[tuple[ProposeRelease, str, str]] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    async def of_run(self, terms, run):
        if self.away:
            raise Retryable("GitHub is unavailable (502).")
        self.runs.append(run)
        return Deployable(
            f"4f9c2e1a0b3c.{run}.1", datetime(2026, 1, 1, tzinfo=UTC), "Better", "https://github.com/x"
        )

    async def waiting(self, terms):
        return [await self.of_run(terms, RUN)]

    async def handle(self, command, actor, surface, command_id):
        if command_id not in self.keys:
            self.handled.append((command, actor.id, surface))
        self.keys.add(command_id)
        return type("Outcome", (), {"refusal": None})

    async def reject(self, rejection, came_from):
        self.rejected.append(rejection.code)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return web_world(tmp_path_factory.mktemp("web"))


@pytest.fixture
def behind() -> Waiting:
    return Waiting()


@pytest.fixture
async def client(behind, world) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.include_router(router(GitHubHook(KEYS, API, behind, behind, behind, lambda: world)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://daypass") as client:
        yield client


async def send(client: httpx2.AsyncClient, document: object, **headers: str) -> httpx2.Response:
    body = json.dumps(document).encode()
    known = {
        "x-hub-signature-256": signature(body),
        "x-github-event": "deployment_protection_rule",
        "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    }
    return await client.post(PATH, content=body, headers=known | headers)


class TestTheEndpoint:
    async def test_proposes_what_waits_once_however_often_it_is_delivered(self, client, behind, world):
        for _ in range(2):
            answer = await send(client, delivery())
            assert answer.status_code == 202
            assert answer.text.startswith("web: rel_")
        ((command, actor, surface),) = behind.handled
        assert (command.service, command.version, actor, surface) == (
            "web",
            f"4f9c2e1a0b3c.{RUN}.1",
            terms_in(world).target.machine,
            "github",
        )
        assert command.note == "Better · https://github.com/x"

    async def test_under_another_delivery_proposes_the_same_release(self, client, behind):
        await send(client, delivery())
        await send(client, delivery(), **{"x-github-delivery": "00000000-cc78-11e3-81ab-4c9367dc0958"})
        assert len({command.subject for command, _, _ in behind.handled}) == 1

    async def test_of_only_what_is_sure_looks_for_what_waits(self, client, behind):
        await send(client, delivery(environment=None, deployment_callback_url=None))
        assert len(behind.handled) == 1

    @pytest.mark.parametrize(
        ("changes", "headers", "status", "rejected"),
        [
            ({}, {"x-hub-signature-256": "sha256=" + "0" * 64}, 401, ["not-from-github"]),
            ({}, {"x-hub-signature-256": ""}, 401, ["not-from-github"]),
            ({}, {"x-github-event": "ping"}, 202, []),
            ({}, {"x-github-delivery": "../7"}, 400, ["unlike-github"]),
            ({"action": "created"}, {}, 400, ["unlike-github"]),
            ({"deployment_callback_url": "https://evil.example/"}, {}, 400, ["github-elsewhere"]),
            ({"environment": "staging"}, {}, 202, []),
        ],
    )
    async def test_asks_nothing_about_what_is_not_its_business(
        self, client, behind, changes, headers, status, rejected
    ):
        answer = await send(client, delivery(**changes), **headers)
        assert (answer.status_code, behind.rejected) == (status, rejected)
        assert (behind.runs, behind.handled) == ([], [])

    async def test_ignores_another_repository_although_it_is_signed(self, client, behind):
        other = delivery(
            repository=repository("northwind/other"),
            deployment_callback_url=CALLBACK.replace(REPOSITORY, "northwind/other"),
        )
        assert (await send(client, other)).status_code == 202
        assert behind.runs == []

    async def test_can_be_delivered_again_when_github_was_away(self, client, behind):
        behind.away = True
        assert (await send(client, delivery())).status_code == 503
        behind.away = False
        assert (await send(client, delivery())).status_code == 202
        assert len(behind.handled) == 1

    async def test_reads_no_more_than_github_sends(self, client, behind):
        answer = await client.post(PATH, content=b"x" * 4_000_001)
        assert answer.status_code == 413
