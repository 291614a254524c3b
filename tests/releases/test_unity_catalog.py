"""What Daypass reads from Unity Catalog, and how it moves an alias, against a stand-in that keeps to Databricks' SDK."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from integrations.egress import read_reach
from integrations.unity_catalog import (
    CatalogAliasTarget,
    UnityCatalog,
    UnityCatalogRegistry,
    open_unity_catalog,
)
from tests.builders import changed_bundle
from tests.releases.conftest import SERVICE_FILE
from tests.releases.databricks_server import MODEL, TOKEN, DatabricksServer, of_sdk
from workflows.clock_skew import utc_now
from workflows.policy.problems import BundleErrors
from workflows.policy.terms.releases import ReleaseTerms, TargetTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Author, Version
from workflows.releases.performers import Moved, order_of

pytestmark = pytest.mark.server


@asynccontextmanager
async def workspace(server: DatabricksServer, token: Path) -> AsyncIterator[UnityCatalog]:
    """The stand-in at work, and Daypass's connection to it."""
    async with (
        TestServer(server.app()) as served,
        open_unity_catalog(str(served.make_url("/")), token, read_reach(["127.0.0.1"])) as catalog,
    ):
        yield catalog
    assert server.problems == []


@pytest.fixture
def server() -> DatabricksServer:
    return DatabricksServer()


@pytest.fixture
def token(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    return file


@pytest.fixture
async def catalog(server, token) -> AsyncIterator[UnityCatalog]:
    async with workspace(server, token) as found:
        yield found


@pytest.fixture
def terms(world) -> ReleaseTerms:
    target = TargetTerms(kind="catalog-alias", alias="champion")
    changes = {"model": MODEL, "source": "unity-catalog", "target": target}
    return world.bundle.services["ranking-model"].model_copy(update=changes)


async def read(catalog: UnityCatalog, terms: ReleaseTerms, version: str) -> Version:
    order = order_of(terms, version, terms.gates, utc_now())
    candidate = (await UnityCatalogRegistry(catalog).read(order, None)).candidate
    assert candidate
    return candidate


async def test_the_stand_in_answers_databricks_own_sdk_as_it_answers_daypass(server, token):
    """The paths and shapes are those that Databricks' own client uses."""

    def by_sdk(host: str) -> tuple[list[int], int, int]:
        core, catalog = of_sdk("core"), of_sdk("service.catalog")
        client = core.ApiClient(core.Config(host=host, token=TOKEN, auth_type="pat"))
        catalog.RegisteredModelsAPI(client).set_alias(MODEL, "champion", 2)
        versions = catalog.ModelVersionsAPI(client)
        listed = [one.version for one in versions.list(MODEL)]
        return listed, versions.get_by_alias(MODEL, "champion").version, server.aliases["champion"]

    server.per_page = 2
    for _ in range(3):
        server.register()
    async with TestServer(server.app()) as served:
        host = str(served.make_url("/")).rstrip("/")
        assert await asyncio.to_thread(by_sdk, host) == ([1, 2, 3], 2, 2)
    theirs = {one for one in server.calls if "/unity-catalog/" in one}
    server.calls.clear()
    async with workspace(server, token) as catalog:
        assert await catalog.versions(MODEL) == [3, 2, 1]
        await catalog.set_alias(MODEL, "champion", 1)
        assert await catalog.at_alias(MODEL, "champion") == "1"
    assert set(server.calls) == theirs


class TestEvidence:
    async def test_is_who_made_it_its_run_and_its_card(self, catalog, server, terms):
        found = await read(catalog, terms, server.register(updated_by="grace"))
        assert set(found.authors) == {
            Author(source="run", name="edsger@northwind.example"),
            Author(source="run", name="1234"),
            Author(source="registrant", name="ada@northwind.example"),
            Author(source="other", name="grace"),
        }
        assert (found.status, found.run.status, found.card.sections) == (
            "READY",
            "FINISHED",
            ("Intended use",),
        )

    @pytest.mark.parametrize("values", [["0.9"], ["0.90", "0.9"], ['"NaN"'], []])
    async def test_has_each_value_as_it_was_written(self, catalog, server, terms, values):
        version = server.register()
        server.metrics["run1"] = values
        found = (await read(catalog, terms, version)).run.metric("ndcg")
        assert found.values == tuple(one.strip('"') for one in values)
        assert found.count == len(values)

    async def test_of_several_models_in_one_run_is_nobody_s_metric(self, catalog, server, terms):
        version = server.register()
        server.runs["run1"]["outputs"] = {"model_outputs": [{"model_id": "m-1"}, {"model_id": "m-2"}]}
        assert (await read(catalog, terms, version)).run.metric("ndcg").trouble

    async def test_without_a_run_or_of_a_deleted_one_says_so(self, catalog, server, terms):
        version = server.register(run_id="gone")
        found = await read(catalog, terms, version)
        assert found.run is None and "can't be read" in found.troubles["run"]
        server.runs["run1"]["info"]["lifecycle_stage"] = "deleted"
        assert (await read(catalog, terms, server.register(run_id="run1"))).run.deleted

    async def test_of_a_version_that_isn_t_ready_says_so(self, catalog, server, terms):
        assert (await read(catalog, terms, server.register(status="PENDING_REGISTRATION"))).status != "READY"

    @pytest.mark.parametrize("version", ["../1", "1/../2", "-1", "١", ""])
    async def test_asks_nothing_about_what_can_t_be_a_version(self, catalog, server, version):
        server.register()
        assert await catalog.version(MODEL, version) is None
        assert server.calls == []


class TestTheAlias:
    async def test_is_moved_and_read_back(self, catalog, server, terms):
        target = CatalogAliasTarget(catalog)
        for _ in range(2):
            server.register()
        await target.move(terms, None, "2")
        await target.move(terms, "2", None)
        assert server.aliases == {}
        server.obeys = False
        with pytest.raises(Retryable, match="nothing is at the alias"):
            await target.move(terms, None, "1")

    async def test_of_what_isn_t_there_is_left_alone(self, catalog, server, terms):
        server.register()
        server.aliases["champion"] = 1
        with pytest.raises(Permanent, match="no such version"):
            await CatalogAliasTarget(catalog).move(terms, "1", "9")
        with pytest.raises(Moved):
            await CatalogAliasTarget(catalog).move(terms, None, "9")
        assert server.aliases == {"champion": 1}


class TestABadDay:
    @pytest.mark.parametrize(
        ("fault", "kind", "what"),
        [
            ((429, "slow down"), Retryable, "429"),
            ((503, "<html>"), Retryable, "503"),
            ((401, "do-not-show"), Permanent, "TOKEN_FILE"),
            ((403, "do-not-show"), Permanent, "TOKEN_FILE"),
            ((302, ""), Permanent, "302"),
            ((200, "<html>do-not-show</html>"), Permanent, "invalid"),
            ((200, '{"model_versions": 7}'), Permanent, "invalid"),
            ((200, '{"model_versions": [{}]}'), Permanent, "invalid"),
            ((200, '{"next_page_token": "more"}'), Permanent, "more versions"),
        ],
    )
    async def test_is_told_in_a_sentence(self, catalog, server, fault, kind, what):
        server.fault = fault
        with pytest.raises(kind, match=what) as told:
            await UnityCatalogRegistry(catalog).versions(MODEL)
        assert "do-not-show" not in str(told.value)

    async def test_of_a_token_that_was_replaced_needs_no_restart(self, catalog, server, token):
        for text in ("", "two words", "dapi-é"):
            token.write_text(text)
            with pytest.raises(Permanent, match="TOKEN_FILE"):
                await catalog.versions(MODEL)
        assert server.calls == []
        token.write_text(TOKEN)
        assert await catalog.versions(MODEL) == []


SOURCE = "source: unity-catalog\nmodel: "


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (f"{SOURCE}ranking\n", "catalog.schema.model"),
        (f"{SOURCE}prod.ml.rank/ing\n", "catalog.schema.model"),
        (f"{SOURCE}prod.ml.ranking\n", "kind “artifact” can't be evaluated for a model of Unity Catalog"),
    ],
)
def test_a_service_is_refused_where_it_does_not_fit_together(tmp_path, new, what):
    with pytest.raises(BundleErrors, match=what):
        changed_bundle(tmp_path / "bundle", (SERVICE_FILE, "model: ranking-model\n", new))
