"""Going live by a webhook: signed, read back, never assumed."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from integrations.egress import read_reach
from integrations.http_client import Guard, guarded_client
from integrations.webhook import WebhookCaller, WebhookTarget
from tests.builders import MONDAY
from workflows.policy.terms.releases import ReleaseTerms, TargetTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.performers import Moved

LOCAL = read_reach(["127.0.0.1"])
SECRET = "what the two of them know"


@dataclass
class Service:
    """A customer's service that takes what is signed rightly."""

    live: str | None = "1"
    obeys: bool = True
    answers: int = 200
    calls: list[dict[str, object]] = field(default_factory=list)

    async def deploy(self, request: web.Request) -> web.Response:
        body = await request.read()
        signed = request.headers["X-Daypass-Timestamp"].encode() + b"." + body
        right = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        if request.headers["X-Daypass-Signature"] != f"v1={right}":
            return web.Response(status=401)
        self.calls.append(json.loads(body))
        if self.obeys:
            self.live = json.loads(body)["version"]
        return web.Response(status=self.answers)

    async def read(self, request: web.Request) -> web.Response:
        return web.json_response({"version": self.live})


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def terms(world, service) -> AsyncIterator[ReleaseTerms]:
    app = web.Application()
    app.add_routes([web.post("/deploy", service.deploy), web.get("/live", service.read)])
    async with TestServer(app) as server:
        target = TargetTerms(
            kind="webhook", call=str(server.make_url("/deploy")), read=str(server.make_url("/live"))
        )
        yield world.bundle.services["ranking-model"].model_copy(update={"target": target})


@pytest.fixture
async def target() -> AsyncIterator[WebhookTarget]:
    async with guarded_client(Guard(LOCAL)) as client:
        yield WebhookTarget(client, SecretStr(SECRET), lambda: MONDAY)


async def test_is_called_once_and_read_back(target, terms, service):
    await target.move(terms, "1", "2")
    await target.move(terms, "1", "2")
    assert service.live == "2"
    assert service.calls == [
        {"service": "ranking-model", "model": "ranking-model", "version": "2", "previous": "1"}
    ]


async def test_isn_t_called_when_something_else_is_live(target, terms, service):
    service.live = "7"
    with pytest.raises(Moved):
        await target.move(terms, "1", "2")
    assert service.calls == []


async def test_that_says_yes_and_does_nothing_isn_t_believed(target, terms, service):
    service.obeys = False
    with pytest.raises(Retryable, match="but 1 is live"):
        await target.move(terms, "1", "2")


async def test_that_does_it_and_says_no_is_found_out_by_the_next_try(target, terms, service):
    service.answers = 500
    with pytest.raises(Retryable, match="500"):
        await target.move(terms, "1", "2")
    await target.move(terms, "1", "2")
    assert len(service.calls) == 1


async def test_without_a_secret_nothing_is_called(terms, service):
    async with guarded_client(Guard(LOCAL)) as client:
        with pytest.raises(Permanent, match="DAYPASS_WEBHOOK_SECRET"):
            await WebhookTarget(client, None, lambda: MONDAY).move(terms, "1", "2")
    assert service.calls == []


async def test_with_another_secret_is_refused_by_the_service(terms, service):
    async with guarded_client(Guard(LOCAL)) as client:
        with pytest.raises(Retryable, match="401"):
            await WebhookTarget(client, SecretStr("wrong"), lambda: MONDAY).move(terms, "1", "2")
    assert service.live == "1"


class TestAPlaybookSCall:
    @pytest.fixture
    async def url(self, calls) -> AsyncIterator[str]:
        async def take(request: web.Request) -> web.Response:
            body = await request.read()
            signed = request.headers["X-Daypass-Timestamp"].encode() + b"." + body
            right = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
            assert request.headers["X-Daypass-Signature"] == f"v1={right}"
            calls.append((request.headers["Idempotency-Key"], json.loads(body)))
            return web.Response(status=calls[0])

        app = web.Application()
        app.add_routes([web.post("/hook", take)])
        async with TestServer(app) as server:
            yield str(server.make_url("/hook"))

    @pytest.fixture
    def calls(self) -> list:
        """What it answers with, then what it was called with."""
        return [200]

    async def test_is_signed_and_carries_the_key_of_its_run(self, url, calls):
        async with guarded_client(Guard(LOCAL)) as client:
            caller = WebhookCaller(client, SecretStr(SECRET), lambda: MONDAY)
            await caller.call(url, {"incident": "inc_1"}, "inc_1/call/1")
        assert calls[1:] == [("inc_1/call/1", {"incident": "inc_1"})]

    @pytest.mark.parametrize(
        ("status", "fault"), [(500, Retryable), (429, Retryable), (302, Retryable), (404, Permanent)]
    )
    async def test_that_is_refused_is_tried_again_only_if_that_can_help(self, url, calls, status, fault):
        calls[0] = status
        async with guarded_client(Guard(LOCAL)) as client:
            caller = WebhookCaller(client, SecretStr(SECRET), lambda: MONDAY)
            with pytest.raises(fault):
                await caller.call(url, {}, "key")

    async def test_without_a_secret_is_not_made(self, url, calls):
        async with guarded_client(Guard(LOCAL)) as client:
            with pytest.raises(Permanent, match="DAYPASS_WEBHOOK_SECRET"):
                await WebhookCaller(client, None, lambda: MONDAY).call(url, {}, "key")
        assert calls[1:] == []
