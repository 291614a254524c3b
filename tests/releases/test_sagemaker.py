"""What Daypass reads from SageMaker, and how it approves, against a stand-in that keeps to Amazon's description."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from integrations.egress import read_reach
from integrations.sagemaker import AmazonLogin, PackageTarget, SageMaker, SageMakerRegistry, open_sagemaker
from tests.builders import changed_bundle
from tests.releases.conftest import SERVICE_FILE
from tests.releases.sagemaker_server import GROUP, ID, REGION, SECRET, SESSION, SageMakerServer
from workflows.clock_skew import utc_now
from workflows.policy.problems import BundleErrors
from workflows.policy.terms.releases import ReleaseTerms, TargetTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Author, Evidence
from workflows.releases.performers import Moved, order_of

pytestmark = pytest.mark.server


@asynccontextmanager
async def sagemaker(server: SageMakerServer, keys: Path) -> AsyncIterator[SageMaker]:
    """The stand-in at work, and Daypass's connection to it."""
    login, reach = AmazonLogin(REGION, keys), read_reach(["127.0.0.1"])
    async with (
        TestServer(server.app()) as served,
        open_sagemaker(str(served.make_url("/")), login, reach, utc_now) as api,
    ):
        yield api
    assert server.problems == []


@pytest.fixture
def server() -> SageMakerServer:
    return SageMakerServer()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "keys"
    file.write_text(f"{ID}\n{SECRET}\n")
    return file


@pytest.fixture
async def api(server, keys) -> AsyncIterator[SageMaker]:
    async with sagemaker(server, keys) as found:
        yield found


@pytest.fixture
def terms(world) -> ReleaseTerms:
    target = TargetTerms(kind="model-package")
    changes = {"model": GROUP, "source": "sagemaker", "target": target}
    return world.bundle.services["ranking-model"].model_copy(update=changes)


async def read(api: SageMaker, terms: ReleaseTerms, version: str, live: str | None = None) -> Evidence:
    return await SageMakerRegistry(api).read(order_of(terms, version, terms.gates, utc_now()), live)


class TestEvidence:
    async def test_is_who_made_it_what_it_is_and_what_its_maker_says(self, api, server, terms):
        version = server.register(MetadataProperties={"GeneratedBy": "arn:aws:sagemaker:pipeline/train"})
        found = (await read(api, terms, version)).candidate
        name = "ada@northwind.example"
        assert found.authors == (Author(source="run", name=name), Author(source="registrant", name=name))
        assert (found.status, found.run.status) == ("READY", "FINISHED")
        assert found.run.id == "arn:aws:sagemaker:pipeline/train"
        assert found.run.metric("ndcg").values == ("0.9",)
        assert found.run.metric("other").count == 0
        assert (found.card.sections, len(found.card.digest)) == (("intended_uses",), 64)

    async def test_compares_with_what_is_live(self, api, server, terms):
        live, version = server.register(CustomerMetadataProperties={"ndcg": "0.8"}), server.register()
        assert (await read(api, terms, version, live)).champion.run.metric("ndcg").values == ("0.8",)

    @pytest.mark.parametrize("missing", ["ImageDigest", "ModelDataETag"])
    async def test_is_none_while_a_digest_is_missing(self, api, server, terms, missing):
        version = server.register()
        del server.container(version)[missing]
        with pytest.raises(Permanent, match="nothing to bind to"):
            await read(api, terms, version)
        with pytest.raises(Permanent, match="nothing to bind to"):
            await SageMakerRegistry(api).artifact(GROUP, version, utc_now())

    @pytest.mark.parametrize(
        "change",
        [
            {"ImageDigest": f"sha256:{'f' * 64}"},
            {"ModelDataETag": "another"},
            {"ModelDataUrl": "s3://models/other.tar.gz"},
            {"Environment": {"THRESHOLD": "0"}},
        ],
    )
    async def test_is_of_another_artifact_whatever_is_changed(self, api, server, change):
        version, registry = server.register(), SageMakerRegistry(api)
        before = (await registry.artifact(GROUP, version, utc_now())).digest
        server.container(version).update(change)
        assert (await registry.artifact(GROUP, version, utc_now())).digest != before

    async def test_names_whoever_changed_it_last_as_a_maker(self, api, server, terms):
        version = server.register(LastModifiedBy={"UserProfileName": "grace"})
        assert Author(source="other", name="grace") in (await read(api, terms, version)).candidate.authors

    async def test_of_a_card_that_isn_t_json_has_no_sections(self, api, server, terms):
        version = server.register(ModelCard={"ModelCardContent": "<script>", "ModelCardStatus": "Draft"})
        assert (await read(api, terms, version)).candidate.card.sections == ()

    async def test_is_read_page_by_page(self, api, server):
        server.per_page = 2
        for _ in range(5):
            server.register()
        assert await SageMakerRegistry(api).versions(GROUP) == ["5", "4", "3", "2", "1"]


class TestApproval:
    async def test_of_a_version_leaves_older_ones_as_they_are(self, api, server, terms):
        target = PackageTarget(api)
        for _ in range(3):
            server.register()
        await target.move(terms, None, "1", "Approved in Slack by Grace.")
        await target.move(terms, "1", "3", "Approved in Slack by Grace.")
        assert server.approved == [1, 3]
        assert server.package("3")["ApprovalDescription"] == "Approved in Slack by Grace."

    async def test_of_an_older_version_rejects_the_newer_ones(self, api, server, terms):
        target = PackageTarget(api)
        for _ in range(3):
            server.register(ModelApprovalStatus="Approved")
        await target.move(terms, "3", "1")
        assert (server.approved, await target.live(terms)) == ([1], "1")
        assert "Replaced by 1" in server.package("3")["ApprovalDescription"]

    async def test_given_twice_is_said_once(self, api, server, terms):
        server.register()
        for _ in range(2):
            await PackageTarget(api).move(terms, None, "1")
        assert [operation for operation, _ in server.calls].count("UpdateModelPackage") == 1

    async def test_isn_t_given_where_something_else_was_approved(self, api, server, terms):
        for status in ("Approved", "Approved", "PendingManualApproval"):
            server.register(ModelApprovalStatus=status)
        with pytest.raises(Moved):
            await PackageTarget(api).move(terms, "1", "3")
        assert server.approved == [1, 2]

    async def test_of_what_isn_t_there_changes_nothing(self, api, server, terms):
        server.register(ModelApprovalStatus="Approved")
        with pytest.raises(Permanent, match="no such model package"):
            await PackageTarget(api).move(terms, "1", "9")
        assert server.approved == [1]


class TestABadDay:
    @pytest.mark.parametrize(
        ("fault", "kind", "what"),
        [
            ((400, "ThrottlingException", "Rate exceeded"), Retryable, "ThrottlingException"),
            ((400, "com.amazonaws.sagemaker#ThrottlingException", ""), Retryable, "ThrottlingException"),
            ((400, "ConflictException", ""), Retryable, "ConflictException"),
            ((429, "", "slow down"), Retryable, "429"),
            ((503, "", "<html>"), Retryable, "503"),
            ((400, "AccessDeniedException", "do-not-show"), Permanent, "KEY_FILE"),
            ((400, "ExpiredTokenException", "do-not-show"), Permanent, "KEY_FILE"),
            ((401, "", "do-not-show"), Permanent, "401"),
            ((200, "", "<html>do-not-show</html>"), Permanent, "invalid"),
            ((200, "", '{"ModelPackageSummaryList": 7}'), Permanent, "invalid"),
            ((200, "", '{"ModelPackageSummaryList": [{}]}'), Permanent, "invalid"),
            ((302, "", ""), Permanent, "302"),
        ],
    )
    async def test_is_told_in_a_sentence(self, api, server, fault, kind, what):
        server.fault = fault
        with pytest.raises(kind, match=what) as told:
            await SageMakerRegistry(api).versions(GROUP)
        assert "do-not-show" not in str(told.value)

    async def test_of_a_wrong_key_is_told_without_showing_it(self, api, server, keys):
        keys.write_text(f"{ID}\ndo-not-show\n")
        with pytest.raises(Permanent, match="InvalidSignature") as told:
            await SageMakerRegistry(api).versions(GROUP)
        assert "do-not-show" not in str(told.value)
        keys.write_text(f"{ID} {SECRET} {SESSION}")
        assert await SageMakerRegistry(api).versions(GROUP) == [], "a key that was replaced needs no restart"
        assert server.session == SESSION

    @pytest.mark.parametrize("text", ["", "one", "one two three four"])
    async def test_of_a_file_that_has_no_key_calls_nothing(self, api, server, keys, text):
        keys.write_text(text)
        with pytest.raises(Permanent, match="KEY_FILE"):
            await SageMakerRegistry(api).versions(GROUP)
        assert server.calls == []


PACKAGE = "source: sagemaker\ngoes_live:\n  model_package: Approved"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("goes_live:\n  alias: champion", "goes_live:\n  model_package: Approved", "source: sagemaker"),
        ("model: ranking-model", "source: sagemaker\nmodel: ranking-model", "source: mlflow"),
        (
            "model: ranking-model\n",
            "source: sagemaker\nmodel: ranking_model\n",
            "model package group",
        ),
        ("goes_live:\n  alias: champion", PACKAGE, "kind “artifact” can't be evaluated for a model package"),
    ],
)
def test_a_service_is_refused_where_it_does_not_fit_together(tmp_path, old, new, what):
    with pytest.raises(BundleErrors, match=what):
        changed_bundle(tmp_path / "bundle", (SERVICE_FILE, old, new))
