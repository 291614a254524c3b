"""What every source of evidence promises, on a server of its. A new source needs a case here."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from integrations.egress import Reach, read_reach
from integrations.evidence import EVIDENCE_SOURCES, OpenSource, SourceAddress, open_source
from tests.lab import Lab
from tests.releases.databricks_server import MODEL, TOKEN, DatabricksServer
from tests.releases.gates import NOW
from tests.releases.github_server import APP, REPOSITORY, GitHubServer
from tests.releases.github_service import new_key
from tests.releases.sagemaker_server import GROUP, ID, REGION, SECRET, SageMakerServer
from workflows.policy.terms.releases import ReleaseTerms, TargetTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Evidence
from workflows.releases.performers import Moved, Target, order_of

AWAY = "http://127.0.0.1:9"
LOCAL = read_reach(["127.0.0.1"])


@dataclass(frozen=True)
class Bench:
    """A source's server: `publish` makes a version there, `change` changes what stands behind one."""

    address: SourceAddress
    terms: ReleaseTerms
    publish: Callable[[], str]
    change: Callable[[str], None]


Bring = Callable[[Lab | None, ReleaseTerms, Path], AbstractAsyncContextManager[Bench]]


@asynccontextmanager
async def mlflow_bench(lab: Lab | None, terms: ReleaseTerms, folder: Path) -> AsyncIterator[Bench]:
    assert lab is not None
    own = terms.model_copy(update={"model": lab.model})
    yield Bench(
        SourceAddress("mlflow", lab.url),
        own,
        lab.trained,
        lambda version: lab.overwrite(version, "model/weights.bin"),
    )


@asynccontextmanager
async def github_bench(lab: Lab | None, terms: ReleaseTerms, folder: Path) -> AsyncIterator[Bench]:
    server, key = GitHubServer(new_key()), folder / "app.pem"
    key.write_bytes(server.key.as_pem(private=True))
    target = TargetTerms(kind="deployment", environment="production", machine="machine:pipeline")
    own = terms.model_copy(update={"model": REPOSITORY, "target": target, "source": "github"})

    def change(version: str) -> None:
        """As a hash collision in the first digits of a commit would."""
        run = server.runs[int(version.split(".")[1])]
        run.sha = run.sha[:12] + "f" * 28

    async with TestServer(server.app()) as served:
        address = SourceAddress("github", str(served.make_url("/")), app=APP, key=key)
        yield Bench(address, own, lambda: server.push().version, change)
    assert server.problems == []


@asynccontextmanager
async def sagemaker_bench(lab: Lab | None, terms: ReleaseTerms, folder: Path) -> AsyncIterator[Bench]:
    server, key = SageMakerServer(), folder / "keys"
    key.write_text(f"{ID}\n{SECRET}\n")
    own = {"model": GROUP, "target": TargetTerms(kind="model-package"), "source": "sagemaker"}

    def change(version: str) -> None:
        """As whoever overwrites the model's file in its bucket does."""
        server.container(version)["ModelDataETag"] = "another"

    async with TestServer(server.app()) as served:
        address = SourceAddress("sagemaker", str(served.make_url("/")), key=key, region=REGION)
        yield Bench(address, terms.model_copy(update=own), server.register, change)
    assert server.problems == []


@asynccontextmanager
async def unity_catalog_bench(lab: Lab | None, terms: ReleaseTerms, folder: Path) -> AsyncIterator[Bench]:
    server, token = DatabricksServer(), folder / "token"
    token.write_text(TOKEN)
    target = TargetTerms(kind="catalog-alias", alias="champion")
    own = {"model": MODEL, "target": target, "source": "unity-catalog"}
    async with TestServer(server.app()) as served:
        address = SourceAddress("unity-catalog", str(served.make_url("/")), key=token)
        yield Bench(address, terms.model_copy(update=own), server.register, server.register_again)
    assert server.problems == []


CASES: dict[str, Bring] = {
    "mlflow": mlflow_bench,
    "github": github_bench,
    "sagemaker": sagemaker_bench,
    "unity-catalog": unity_catalog_bench,
}
EVERY = pytest.mark.parametrize("name", CASES)
pytestmark = pytest.mark.server


@dataclass(frozen=True)
class Opened:
    """A source over its bench."""

    source: OpenSource
    bench: Bench

    @property
    def terms(self) -> ReleaseTerms:
        return self.bench.terms

    @property
    def target(self) -> Target:
        return self.source.targets[self.terms.target.kind]

    async def read(self, version: str, live: str | None = None) -> Evidence:
        return await self.source.registry.read(order_of(self.terms, version, self.terms.gates, NOW()), live)

    async def digest(self, version: str) -> str:
        return (await self.source.registry.artifact(self.terms.model, version, NOW())).digest


@pytest.fixture
def service(world) -> ReleaseTerms:
    found: ReleaseTerms = world.bundle.services["ranking-model"]
    return found


@pytest.fixture
def mlflow_lab(name: str, request: pytest.FixtureRequest) -> Lab | None:
    """The real MLflow, for its own case alone."""
    lab: Lab | None = request.getfixturevalue("lab") if name == "mlflow" else None
    return lab


@pytest.fixture
async def opened(
    name: str, mlflow_lab: Lab | None, service: ReleaseTerms, tmp_path: Path
) -> AsyncIterator[Opened]:
    async with (
        CASES[name](mlflow_lab, service, tmp_path) as bench,
        open_source(name, bench.address, LOCAL, NOW) as source,
    ):
        yield Opened(source, bench)


def test_every_source_has_a_case() -> None:
    assert set(EVIDENCE_SOURCES) == set(CASES)


@EVERY
class TestEverySource:
    async def test_reads_a_version_that_is_there(self, opened: Opened) -> None:
        version = opened.bench.publish()
        candidate = (await opened.read(version)).candidate
        assert candidate and candidate.run and candidate.artifact
        assert (candidate.version, len(candidate.artifact.digest)) == (version, 64)
        assert candidate.authors

    async def test_makes_nothing_up_of_one_that_isn_t(self, opened: Opened) -> None:
        found = await opened.read("9999")
        assert (found.candidate, found.champion) == (None, None)
        with pytest.raises(Permanent):
            await opened.digest("9999")

    async def test_lists_versions_newest_first(self, opened: Opened) -> None:
        first, second = opened.bench.publish(), opened.bench.publish()
        assert await opened.source.registry.versions(opened.terms.model) == [second, first]
        assert await opened.source.registry.versions(f"{opened.terms.model}-other") == []

    async def test_knows_a_version_by_what_it_is_and_not_by_its_name(self, opened: Opened) -> None:
        version = opened.bench.publish()
        approved = await opened.digest(version)
        assert await opened.digest(version) == approved
        opened.bench.change(version)
        assert await opened.digest(version) != approved

    async def test_says_whether_it_asks_for_a_login(self, opened: Opened) -> None:
        assert await opened.source.registry.login() in ("required", "none", "unknown")

    async def test_moves_only_from_what_was_expected_and_reads_back(self, opened: Opened) -> None:
        first, second = opened.bench.publish(), opened.bench.publish()
        target = opened.target
        assert await target.live(opened.terms) is None
        await target.move(opened.terms, None, first)
        with pytest.raises(Moved):
            await target.move(opened.terms, None, second)
        assert await target.live(opened.terms) == first
        await target.move(opened.terms, first, second)
        await target.move(opened.terms, first, second)
        assert await target.live(opened.terms) == second

    async def test_that_is_away_is_asked_again(self, name: str, opened: Opened) -> None:
        version = opened.bench.publish()
        address = replace(opened.bench.address, url=AWAY)
        async with open_source(name, address, Reach(), NOW) as source:
            asked: tuple[Awaitable[object], ...] = (
                source.registry.versions(opened.terms.model),
                source.registry.artifact(opened.terms.model, version, NOW()),
                source.targets[opened.terms.target.kind].live(opened.terms),
            )
            for asking in asked:
                with pytest.raises(Retryable):
                    await asking


@pytest.mark.parametrize("name", EVIDENCE_SOURCES)
async def test_without_a_source_each_question_is_answered_with_what_to_set_up(
    name: str, service: ReleaseTerms
) -> None:
    async with open_source(name, None, Reach(), NOW) as source:
        (target,) = source.targets.values()
        asked: tuple[Awaitable[object], ...] = (
            source.registry.versions(service.model),
            target.live(service),
        )
        for asking in asked:
            with pytest.raises(Permanent, match="Ask an operator to set"):
                await asking
