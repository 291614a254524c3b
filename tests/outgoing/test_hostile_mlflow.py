"""An MLflow that isn't one: whatever it answers is refused in a sentence, in bounded time, and read no further."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.mlflow import AliasTarget, MLflow, MLflowLogin, MLflowRegistry, open_mlflow
from integrations.mlflow.artifact import MAX_FILES, MAX_FOLDERS
from integrations.mlflow.card import MAX_CARD_CHARS, read_card
from tests.outgoing.hostile import Hostile, Speaks, answer, chunked_without_end, hostile
from workflows.policy.schema.gates import GateTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Evidence, Order
from workflows.releases.gates import evaluate_gates

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ORDER = Order(
    service="s", model="m", version="1", metrics=("ndcg",), files=("MLmodel",), champion=False, since=NOW
)
VERSION = {"version": "1", "status": "READY", "run_id": "r", "description": "# A\n\n## Data\nclicks\n"}
RUN = {"run": {"info": {"run_id": "r", "status": "FINISHED", "user_id": "ada"}, "data": {}}}


def told(document: Any) -> Speaks:
    return answer(document if isinstance(document, bytes) else json.dumps(document).encode())


def whole(**changed: Any) -> dict[str, Any]:
    """The answers of a well-behaved one, by path; one that is small."""
    return {
        "model-versions/get-download-uri": told({"artifact_uri": "mlflow-artifacts:/1/r/artifacts"}),
        "model-versions/get": told({"model_version": VERSION}),
        "metrics/get-history": told({"metrics": [{"value": 0.9}]}),
        "runs/get": told(RUN),
        "artifacts?path": told({"files": [{"path": "MLmodel", "is_dir": False, "file_size": 3}]}),
        "artifacts/1/r": answer(b"abc"),
        **changed,
    }


@asynccontextmanager
async def lying(paths: dict[str, Any]) -> AsyncIterator[tuple[Hostile, MLflow]]:
    async with hostile(answer(b"{}"), **paths) as server, open_mlflow(server.url, MLflowLogin()) as mlflow:
        yield server, mlflow


async def evidence(paths: dict[str, Any]) -> Evidence:
    async with lying(paths) as (_, mlflow):
        return await MLflowRegistry(mlflow, lambda: NOW).read(ORDER, None)


async def test_one_that_behaves_is_read() -> None:
    found = (await evidence(whole())).candidate
    assert found is not None
    assert found.artifact is not None
    assert (found.artifact.count, found.artifact.size, found.card.sections) == (1, 3, ("Data",))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"\xff\xfe{}",
        b'{"model_version": {"version": "\\ud800"}}',
        b'{"model_version": {"version": "\\u0000"}}',
        b'{"model_version": 5}',
        b'{"model_version": {"version": 1}}',
        b'{"model_version": {"version": "1", "tags": [1]}}',
        b'{"model_version": {"version": "1", "run_id": ["r"]}}',
        b'{"model_version": NaN}',
        b"[]",
        b"<html>",
        b"9" * 5_000,
    ],
)  # fmt: skip
async def test_what_isn_t_built_as_its_answers_are_is_refused_in_a_sentence(body: bytes) -> None:
    with pytest.raises((Permanent, Retryable), match=r"isn't|invalid answer"):
        await evidence(whole(**{"model-versions/get": told(body)}))


@pytest.mark.parametrize(
    "says", [chunked_without_end(), answer(b"{}", length=600_000_000), chunked_without_end(b"[" * 65_536)]
)
async def test_600_megabytes_of_json_aren_t_read(says: Speaks) -> None:
    with pytest.raises(Permanent, match="larger than"):
        await evidence(whole(**{"runs/get": says}))


async def test_a_gigabyte_for_a_file_said_to_be_three_bytes_isn_t_read() -> None:
    found = (await evidence(whole(**{"artifacts/1/r": chunked_without_end()}))).candidate
    assert found is not None
    assert "larger than 3 bytes" in found.troubles["artifact"]


@pytest.mark.parametrize("body", [b"ab", b""])
async def test_fewer_bytes_than_it_lists_are_no_artifact(body: bytes) -> None:
    found = (await evidence(whole(**{"artifacts/1/r": answer(body)}))).candidate
    assert found is not None
    assert f"has {len(body)} bytes, but MLflow says 3" in found.troubles["artifact"]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([{"path": "../../../2/other", "file_size": 1}], "invalid"),
        ([{"path": "..", "file_size": 1}], "invalid path"),
        ([{"path": "..", "is_dir": True}], "invalid path"),
        ([{"path": "a\\b", "file_size": 1}], "invalid path"),
        ([{"path": "a\nb", "file_size": 1}], "invalid path"),
        ([{"path": "x" * 600, "file_size": 1}], "invalid path"),
        ([{"path": "MLmodel", "file_size": -1}], "invalid"),
        ([{"path": "MLmodel", "file_size": "many"}], "invalid answer"),
        ([{"path": "MLmodel", "file_size": 10**15}], "the limit is"),
        ([{"path": f"f{n}", "file_size": 0} for n in range(MAX_FILES + 1)], "too many"),
        ([{"path": f"d{n}", "is_dir": True} for n in range(MAX_FOLDERS + 1)], "too many"),
        (["MLmodel"], "invalid answer"),
    ],
)  # fmt: skip
async def test_a_listing_that_can_t_be_one_is_no_artifact(files: list[Any], says: str) -> None:
    found = (await evidence(whole(**{"artifacts?path": told({"files": files})}))).candidate
    assert found is not None
    assert says in found.troubles["artifact"]


async def test_folders_in_folders_without_end_are_given_up() -> None:
    """Each call finds one more, so what is still to be done never grows."""
    deeper = told({"files": [{"path": "d" * 50, "is_dir": True}]})
    found = (await evidence(whole(**{"artifacts?path": deeper}))).candidate
    assert found is not None
    assert found.troubles["artifact"]


@pytest.mark.parametrize(
    "uri",
    [
        "mlflow-artifacts://inner.example:8200/1/r", "http://169.254.169.254/latest", "file:///etc/passwd",
        "mlflow-artifacts:/../../secrets", "mlflow-artifacts:/1/../../x", "mlflow-artifacts:/", "", "s3://bucket",
    ],
)  # fmt: skip
async def test_an_artifact_elsewhere_isn_t_followed(uri: str) -> None:
    async with lying(whole(**{"model-versions/get-download-uri": told({"artifact_uri": uri})})) as (
        server,
        mlflow,
    ):
        found = (await MLflowRegistry(mlflow, lambda: NOW).read(ORDER, None)).candidate
        assert found is not None
        assert found.troubles["artifact"]
        assert not any(
            "artifacts?path=1" in one or "artifacts/" in one.split()[1][30:] for one in server.asked
        )


async def test_bytes_in_somebody_else_s_run_make_them_an_author() -> None:
    """MLflow 3.17 refuses to register such a version itself; older ones, and whoever writes its database, don't."""
    grace = "0123456789abcdef" * 2
    made_by = {"run": {"info": {"run_id": grace, "status": "FINISHED", "user_id": "grace"}, "data": {}}}
    model = {
        "model": {
            "info": {
                "creator_id": "edsger",
                "source_run_id": "r",
                "tags": [{"key": "mlflow.user", "value": "barbara"}],
            }
        }
    }
    uri = f"mlflow-artifacts:/1/{grace}/artifacts/m-{grace}"
    paths = {
        f"runs/get?run_id={grace}": told(made_by),
        f"logged-models/m-{grace}": told(model),
        **whole(**{"model-versions/get-download-uri": told({"artifact_uri": uri})}),
    }
    found = (await evidence(paths)).candidate
    assert found is not None
    assert {one.name for one in found.authors} == {"ada", "grace", "edsger", "barbara"}


@pytest.mark.parametrize("status", ["301 Moved", "307 Temporary"])
async def test_it_leads_nobody_to_an_inner_service_by_a_redirect(status: str) -> None:
    inner_says = answer(b'{"error_code": "X", "message": "inner secret"}', "400 Bad")
    async with hostile(inner_says) as inner:
        leads = answer(b"", status, f"Location: {inner.url}/secret\r\n")
        paths = {"model-versions/get": leads, "runs/search": leads, "alias": leads}
        async with lying(paths) as (_, mlflow):
            with pytest.raises(Permanent, match="isn't MLflow"):
                await mlflow.find("model-versions/get", name="m", version="1")
            with pytest.raises(Permanent, match="isn't MLflow"):
                await mlflow.send("POST", "runs/search", {})
        assert inner.asked == []


async def test_what_it_says_is_wrong_is_one_short_line() -> None:
    loud = {"error_code": "BAD\n" * 50, "message": "no\n*way* " * 10_000}
    async with lying({"get-download-uri": answer(json.dumps(loud).encode(), "400 Bad")}) as (_, mlflow):
        with pytest.raises(Permanent) as refused:
            await mlflow.find("model-versions/get-download-uri", name="m")
    assert len(str(refused.value)) < 450
    assert len(str(refused.value).splitlines()) == 1


async def test_an_alias_that_isn_t_one_is_refused(world: Any) -> None:
    async with lying({"alias": told({"model_version": {"version": ["1"]}})}) as (_, mlflow):
        with pytest.raises(Permanent, match="invalid answer"):
            await AliasTarget(mlflow).live(world.bundle.services["ranking-model"])


@pytest.mark.parametrize(
    ("answers", "login"),
    [
        ({}, "none"),
        ({"api": answer(b"", "401 Unauthorized")}, "required"),
        ({"api": answer(b"", "302 Found", "Location: https://sso.example/\r\n")}, "required"),
        ({"api": answer(b"", "404 Not Found")}, "unknown"),
        ({"api": answer(b"", "503 Away")}, "unknown"),
        ({"ajax-api": answer(b"{}"), "api": answer(b"", "401 Unauthorized")}, "none"),
        ({"mlflow-artifacts": answer(b"{}"), "api": answer(b"", "403 Forbidden")}, "none"),
        ({"mlflow-artifacts": answer(b"", "404 No"), "api": answer(b"", "403 Forbidden")}, "required"),
    ],
)  # fmt: skip
async def test_whether_it_asks_for_a_login_is_tried_at_each_way_in(
    answers: dict[str, Speaks], login: str
) -> None:
    async with hostile(answer(b"{}"), **answers) as server:
        async with open_mlflow(server.url, MLflowLogin(username="me", password=None)) as mlflow:
            assert await MLflowRegistry(mlflow, lambda: NOW).login() == login
        assert not any("authorization" in one.casefold() for one in server.asked)


class TestAModelCard:
    async def test_that_is_too_long_can_t_be_evaluated_and_says_why(self) -> None:
        """A megabyte took six seconds in which nothing else was done."""
        described = VERSION | {"description": "## Data\n" + "*a" * 500_000}
        found = await evidence(whole(**{"model-versions/get": told({"model_version": described})}))
        gate = GateTerms(name="card", kind="model-card", sections=("Data",))
        (result,) = evaluate_gates((gate,), (), found, NOW)
        assert (result.verdict, "1,000,008 characters" in result.sentence) == ("unknown", True)

    @pytest.mark.parametrize(
        "text", ["*a" * 24_000, "[" * 49_000, "> " * 24_000, "- " * 24_000, "`" * 49_000, "|a" * 24_000, "# a\n" * 12_000]
    )  # fmt: skip
    async def test_that_isn_t_takes_no_time_to_speak_of(self, text: str) -> None:
        assert len(text) <= MAX_CARD_CHARS
        begun = time.process_time()
        await read_card(text)
        assert time.process_time() - begun < 2


class TestSomebodyWhoStopsWaiting:
    async def test_leaves_the_reading_to_the_next_who_asks(self) -> None:
        going_on = asyncio.Event()
        times = 0

        async def slowly(writer: asyncio.StreamWriter) -> None:
            nonlocal times
            times += 1
            await going_on.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")

        async with lying(whole(**{"artifacts/1/r": slowly})) as (_, mlflow):
            registry = MLflowRegistry(mlflow, lambda: NOW)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(registry.artifact("m", "1", NOW), 0.3)
            going_on.set()
            assert (await registry.artifact("m", "1", NOW)).size == 3
        assert times == 1, "a reading longer than an effect may take comes to its end all the same"

    async def test_shares_it_with_nobody_who_asks_for_newer_or_other_bytes(self) -> None:
        going_on = asyncio.Event()
        times = 0

        async def slowly(writer: asyncio.StreamWriter) -> None:
            nonlocal times
            times += 1
            await going_on.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")

        clock = iter(NOW + timedelta(seconds=n) for n in range(9))
        async with lying(whole(**{"artifacts/1/r": slowly})) as (_, mlflow):
            registry = MLflowRegistry(mlflow, lambda: next(clock))
            same = [asyncio.create_task(registry.artifact("m", "1", NOW)) for _ in range(3)]
            while not times:
                await asyncio.sleep(0.01)
            newer = asyncio.create_task(registry.artifact("m", "1", NOW + timedelta(seconds=1)))
            await asyncio.sleep(0)
            going_on.set()
            assert len({one.digest for one in await asyncio.gather(*same, newer)}) == 1
        assert times == 2


async def test_one_that_is_away_is_tried_again() -> None:
    async with open_mlflow("http://127.0.0.1:9", MLflowLogin()) as mlflow:
        with pytest.raises(Retryable, match="can't be reached"):
            await MLflowRegistry(mlflow, lambda: NOW).login()
