"""What every target that isn't a source's own promises, on a server of its: the sources' suite holds the others to the same."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, get_args

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from integrations.egress import read_reach
from integrations.evidence import EVIDENCE_SOURCES
from integrations.http_client import Guard, guarded_client
from integrations.rollouts import RolloutTarget
from integrations.webhook import WebhookTarget
from workflows.clock_skew import utc_now
from workflows.policy.terms.releases import ReleaseTerms, TargetTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.performers import Moved, Target

KEYS = (SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),)
TARGETS: dict[str, Callable[[Any], Target]] = {
    "webhook": lambda client: WebhookTarget(client, KEYS, utc_now),
    "rollout": lambda client: RolloutTarget(client),
}
EVERY = pytest.mark.parametrize("kind", TARGETS)
pytestmark = pytest.mark.server


@dataclass
class Service:
    """What serves versions: `obeys` when it is called, as a cluster goes on when it is let."""

    live: Any = "1"
    obeys: bool = True
    status: int = 200
    text: str | None = None
    calls: int = 0

    async def deploy(self, request: web.Request) -> web.Response:
        self.calls += 1
        if self.obeys:
            self.live = (await request.json())["version"]
        return web.Response()

    async def read(self, request: web.Request) -> web.Response:
        if self.text is not None:
            return web.Response(text=self.text, content_type="text/html", status=self.status)
        return web.json_response({"version": self.live}, status=self.status)


@dataclass(frozen=True)
class Bench:
    """A target, its service, and what it is told to do."""

    target: Target
    service: Service
    terms: ReleaseTerms
    kind: str

    async def goes_on(self, expected: str | None, to: str) -> None:
        """Move it until it has obeyed, as the outbox does; a cluster goes on once it has asked."""
        if self.kind == "rollout":
            with pytest.raises(Retryable, match="may go on"):
                await self.target.move(self.terms, expected, to)
            self.service.live = to
        await self.target.move(self.terms, expected, to)


@pytest.fixture
async def bench(kind: str, world) -> AsyncIterator[Bench]:
    service = Service()
    async with _opened(service) as urls, guarded_client(Guard(read_reach(["127.0.0.1"]))) as client:
        target = TargetTerms(kind=kind, rollout="test/podinfo", cluster="eu-1", **urls)
        terms = world.bundle.services["ranking-model"].model_copy(update={"target": target})
        yield Bench(TARGETS[kind](client), service, terms, kind)


@asynccontextmanager
async def _opened(service: Service) -> AsyncIterator[dict[str, str]]:
    app = web.Application()
    app.add_routes([web.post("/deploy", service.deploy), web.get("/live", service.read)])
    async with TestServer(app) as server:
        yield {"call": str(server.make_url("/deploy")), "read": str(server.make_url("/live"))}


def test_every_target_has_a_case() -> None:
    kinds = get_args(TargetTerms.model_fields["kind"].annotation)
    of_sources = {kind for source in EVIDENCE_SOURCES.values() for kind in source.targets}
    assert set(kinds) == of_sources | set(TARGETS)
    assert not of_sources & set(TARGETS)


@EVERY
class TestEveryTarget:
    async def test_moves_only_from_what_was_expected_and_reads_back(self, bench: Bench) -> None:
        with pytest.raises(Moved) as moved:
            await bench.target.move(bench.terms, "7", "2")
        assert (moved.value.found, bench.service.calls) == ("1", 0)
        await bench.goes_on("1", "2")
        assert await bench.target.live(bench.terms) == "2"

    async def test_does_nothing_again_that_is_done(self, bench: Bench) -> None:
        await bench.goes_on("1", "2")
        calls = bench.service.calls
        await bench.target.move(bench.terms, "1", "2")
        assert bench.service.calls == calls

    async def test_begins_where_nothing_is_live(self, bench: Bench) -> None:
        bench.service.live = None
        assert await bench.target.live(bench.terms) is None
        await bench.goes_on(None, "2")

    async def test_isn_t_believed_before_it_can_be_read(self, bench: Bench) -> None:
        bench.service.obeys = False
        with pytest.raises(Retryable):
            await bench.target.move(bench.terms, "1", "2")
        assert await bench.target.live(bench.terms) == "1"

    @pytest.mark.parametrize(
        ("status", "text", "live", "fault"),
        [
            (200, "<html>Sign in</html>", "1", Permanent),
            (200, '{"version": NaN}', "1", Permanent),
            (200, "[" * 5_000, "1", Permanent),
            (200, None, 7, Permanent),
            (200, None, "7" * 61, Permanent),
            (401, None, "1", Retryable),
            (429, None, "1", Retryable),
            (503, "<html>", "1", Retryable),
            (302, None, "1", Retryable),
        ],
    )
    async def test_that_answers_anything_else_is_explained(
        self, bench: Bench, status: int, text: str | None, live: object, fault: type[Exception]
    ) -> None:
        bench.service.status, bench.service.text, bench.service.live = status, text, live
        with pytest.raises(fault) as told:
            await bench.target.live(bench.terms)
        assert "html" not in str(told.value)
