"""Going live by a webhook: signed, read back, never assumed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from integrations.egress import read_reach
from integrations.http_client import Guard, guarded_client
from integrations.webhook import WebhookCaller, WebhookTarget
from workflows.clock_skew import utc_now
from workflows.policy.terms.releases import ReleaseTerms, TargetTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.performers import Moved

LOCAL = read_reach(["127.0.0.1"])
SECRET = "whsec_d2hhdCB0aGUgdHdvIG9mIHRoZW0ga25vdw=="
NEXT = "whsec_d2hhdCB0aGV5IHdpbGwga25vdyBhZnRlcndhcmRz"
OTHER = "whsec_d2hhdCBuZWl0aGVyIG9mIHRoZW0ga25vd3MuLi4u"
KEYS = (SecretStr(SECRET),)


async def verified(request: web.Request, secret: str = SECRET) -> Any:
    """The body, as the library of Standard Webhooks itself verifies it. Raises WebhookVerificationError."""
    return Webhook(secret).verify(await request.read(), dict(request.headers))


@dataclass
class Service:
    """A customer's service that takes what is signed rightly."""

    live: str | None = "1"
    obeys: bool = True
    answers: int = 200
    secret: str = SECRET
    calls: list[dict[str, object]] = field(default_factory=list)

    async def deploy(self, request: web.Request) -> web.Response:
        try:
            asked = await verified(request, self.secret)
        except WebhookVerificationError:
            return web.Response(status=401)
        self.calls.append(asked)
        if self.obeys:
            self.live = asked["version"]
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
        yield WebhookTarget(client, KEYS, utc_now)


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
            await WebhookTarget(client, (), utc_now).move(terms, "1", "2")
    assert service.calls == []


async def test_with_another_secret_is_refused_by_the_service(terms, service):
    async with guarded_client(Guard(LOCAL)) as client:
        with pytest.raises(Retryable, match="401"):
            await WebhookTarget(client, (SecretStr(OTHER),), utc_now).move(terms, "1", "2")
    assert service.live == "1"


async def test_is_signed_with_both_secrets_while_they_are_rotated(terms, service):
    service.secret = NEXT
    async with guarded_client(Guard(LOCAL)) as client:
        both = (SecretStr(SECRET), SecretStr(NEXT))
        await WebhookTarget(client, both, utc_now).move(terms, "1", "2")
    assert service.live == "2"


class TestAPlaybookSCall:
    @pytest.fixture
    async def url(self, calls) -> AsyncIterator[str]:
        async def take(request: web.Request) -> web.Response:
            body = await verified(request)
            assert request.headers["webhook-id"] == request.headers["Idempotency-Key"]
            calls.append((request.headers["Idempotency-Key"], body))
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
            caller = WebhookCaller(client, KEYS, utc_now)
            await caller.call(url, {"incident": "inc_1"}, "inc_1/call/1")
        assert calls[1:] == [("inc_1/call/1", {"incident": "inc_1"})]

    @pytest.mark.parametrize(
        ("status", "fault"), [(500, Retryable), (429, Retryable), (302, Retryable), (404, Permanent)]
    )
    async def test_that_is_refused_is_tried_again_only_if_that_can_help(self, url, calls, status, fault):
        calls[0] = status
        async with guarded_client(Guard(LOCAL)) as client:
            caller = WebhookCaller(client, KEYS, utc_now)
            with pytest.raises(fault):
                await caller.call(url, {}, "key")

    async def test_without_a_secret_is_not_made(self, url, calls):
        async with guarded_client(Guard(LOCAL)) as client:
            with pytest.raises(Permanent, match="DAYPASS_WEBHOOK_SECRET"):
                await WebhookCaller(client, (), utc_now).call(url, {}, "key")
        assert calls[1:] == []
