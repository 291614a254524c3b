"""What every source of live metrics promises. A new kind needs a case here, with its documented answers.

Prometheus: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from bot.demo.servers import answering, free_port, spawn
from integrations.egress import Reach
from integrations.live_metrics import METRICS_KINDS, MetricsAddress, MLflowMetrics, open_live_metrics
from integrations.live_metrics.http import resolve
from tests.outgoing.hostile import Speaks, answer, dripping, hostile
from tests.releases.story import Registry
from workflows.policy.schema.live_checks import LiveCheckTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Registry as Versions
from workflows.releases.live_checks.source import Look, Measured
from workflows.releases.live_checks.watch import measure

SECRET = "do-not-show-this-token"
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
PROMETHEUS = shutil.which("prometheus")
real = pytest.mark.skipif(
    PROMETHEUS is None, reason="Prometheus isn't installed: apt-get install prometheus."
)
pytestmark = pytest.mark.server


def look(asks: str, kind: str, version: str = "7") -> Look:
    fields = {"query": asks} if kind == "prometheus" else {"pointer": asks}
    check = LiveCheckTerms(name="latency", about="latency", source="metrics", every=60, **cast("Any", fields))
    return Look(check, "ranking-model", "ranking-model", version, AT)


@dataclass(frozen=True)
class Case:
    """A kind: what is asked of it, its answer with a number or without one, and what it is asked by."""

    asks: str
    number: Callable[[str], bytes]
    nothing: bytes
    request: str


def vector(*values: str) -> bytes:
    """An instant query's answer, as documented."""
    result = [
        {"metric": {"instance": f"node-{n}"}, "value": [1772445600.0, value]}
        for n, value in enumerate(values)
    ]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()


CASES = {
    "prometheus": Case('max(up{version="$version"})', vector, vector(), "POST /api/v1/query"),
    "http": Case("/p99", lambda value: f'{{"p99": {value}}}'.encode(), b'{"p50": 1}', "GET /"),
}
EVERY = pytest.mark.parametrize("kind", CASES)


def test_every_kind_has_a_case() -> None:
    assert set(METRICS_KINDS) == set(CASES)


async def read(kind: str, url: str, asks: str, version: str = "7") -> Measured:
    address = MetricsAddress(kind, url, token=SecretStr(SECRET))
    async with open_live_metrics({"metrics": address}, Reach()) as sources:
        return await sources["metrics"].read(look(asks, kind, version))


async def said(kind: str, says: Speaks) -> Measured:
    async with hostile(says) as server:
        return await read(kind, server.url, CASES[kind].asks)


@EVERY
class TestEverySource:
    async def test_reads_one_number_as_it_is_written_with_its_login(self, kind: str) -> None:
        async with hostile(answer(CASES[kind].number("0.250000000000000001"))) as server:
            found = await read(kind, server.url, CASES[kind].asks)
        assert found == Measured("0.250000000000000001")
        assert server.asked[0].startswith(CASES[kind].request)
        assert f"authorization: bearer {SECRET}" in server.asked[0].casefold()

    async def test_says_that_there_is_nothing(self, kind: str) -> None:
        found = await said(kind, answer(CASES[kind].nothing))
        assert (found.value, bool(found.trouble)) == ("", True)

    @pytest.mark.parametrize("status", ["500 Error", "503 Away", "429 Too Many"])
    async def test_that_is_away_may_be_asked_again(self, kind: str, status: str) -> None:
        with pytest.raises(Retryable):
            await said(kind, answer(b"", status))

    @pytest.mark.parametrize("status", ["401 No", "403 No", "302 Found", "418 Teapot"])
    async def test_that_refuses_says_so_without_the_token(self, kind: str, status: str) -> None:
        with pytest.raises(Permanent) as error:
            await said(kind, answer(b"", status, "Location: /elsewhere\r\n"))
        assert SECRET not in str(error.value)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b"\xff",
            b"[" * 100_000,
            b'{"p99": NaN}',
            b"x" * (2 << 20),
            b'{"status": "success"}',
        ],
    )
    async def test_makes_nothing_up_of_what_isn_t_an_answer(self, kind: str, body: bytes) -> None:
        try:
            found = await said(kind, answer(body))
        except (Permanent, Retryable) as error:
            assert "<html>" not in str(error)
        else:
            assert (found.value, bool(found.trouble)) == ("", True)

    async def test_is_given_up_after_its_time(self, kind: str) -> None:
        async with hostile(dripping()) as server:
            address = MetricsAddress(kind, server.url)
            async with open_live_metrics({"metrics": address}, Reach()) as sources:
                found = await measure(sources, look(CASES[kind].asks, kind), seconds=0.2)
        assert "didn't answer within" in found.trouble

    async def test_asked_for_what_another_kind_has_says_so(self, kind: str) -> None:
        other = next(name for name in CASES if name != kind)
        async with open_live_metrics(
            {"metrics": MetricsAddress(kind, "http://127.0.0.1:9")}, Reach()
        ) as sources:
            with pytest.raises(Permanent, match="needs a"):
                await sources["metrics"].read(look(CASES[other].asks, other))


class TestPrometheus:
    @pytest.mark.parametrize(
        ("body", "trouble"),
        [
            (vector("1", "2"), "has 2 results"),
            (b'{"status": "success", "data": {"resultType": "matrix", "result": []}}', "type matrix"),
        ],
    )
    async def test_says_what_isn_t_one_number(self, body: bytes, trouble: str) -> None:
        assert trouble in (await said("prometheus", answer(body))).trouble

    async def test_that_answers_with_an_error_isn_t_read(self) -> None:
        with pytest.raises(Retryable):
            await said("prometheus", answer(b'{"status": "error", "errorType": "timeout", "error": "x"}'))


class TestHttp:
    async def test_puts_the_version_into_the_path_as_one_segment(self) -> None:
        async with hostile(answer(b'{"p99": 1}')) as server:
            await read("http", f"{server.url}/of/$version/latency", "/p99", version="7/../../admin?x=1")
        assert server.asked[0].split()[1] == "/of/7%2F..%2F..%2Fadmin%3Fx%3D1/latency"

    async def test_that_has_no_such_version_says_so(self) -> None:
        assert "version 7" in (await said("http", answer(b"", "404 Not Found"))).trouble

    @pytest.mark.parametrize(
        "document", [b'{"p99": "1"}', b'{"p99": true}', b'{"p99": null}', b'{"p99": [1]}']
    )
    async def test_takes_nothing_but_a_number(self, document: bytes) -> None:
        assert "isn't a number" in (await said("http", answer(document))).trouble

    @pytest.mark.parametrize(
        ("pointer", "value"),
        [("", "whole"), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/m~0n", 8), ("/ ", 7), ('/k"l', 6)],
    )
    def test_points_as_rfc_6901_says(self, pointer: str, value: object) -> None:
        document: dict[str, Any] = {"foo": ["bar", "baz"], "": 0, "a/b": 1, 'k"l': 6, " ": 7, "m~n": 8}
        assert resolve(document, pointer) == (document if value == "whole" else value)

    @pytest.mark.parametrize("pointer", ["/foo/2", "/foo/00", "/foo/-", "/foo/-1", "/nothing", "/foo/0/x"])
    def test_points_nowhere_where_there_is_nothing(self, pointer: str) -> None:
        with pytest.raises(LookupError):
            resolve({"foo": ["bar", "baz"]}, pointer)


class TestMLflow:
    async def test_reads_the_run_that_observes_the_version(self) -> None:
        check = LiveCheckTerms(
            name="quality", about="quality", source="mlflow", metric="ndcg_live", observed_in="ranking-live"
        )
        asked = replace(look("/p", "http"), check=check)
        for logged, found in ((("0.9",), "0.9"), ((), ""), (("1", "2"), "")):
            source = MLflowMetrics(cast("Versions", Observed(logged)))
            assert (await source.read(asked)).value == found
        other = replace(asked, check=check.model_copy(update={"observed_in": "elsewhere"}))
        assert "No finished run" in (await source.read(other)).trouble


class Observed:
    """A registry with one run that observes the version."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self._evidence = Registry(observed=values).read()

    async def read(self, order: Any, live: str | None) -> Any:
        return self._evidence


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real one that scrapes nothing: queries bring their numbers along."""
    folder: Path = tmp_path_factory.mktemp("prometheus")
    (folder / "prometheus.yml").write_text("global: {}\n")
    address = f"127.0.0.1:{free_port()}"
    assert PROMETHEUS is not None
    command = [PROMETHEUS, "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
    server = spawn(
        "prometheus", [*command, f"--web.listen-address={address}"], log=folder / "log", directory=folder
    )
    try:
        asyncio.run(answering(server, lambda: is_ready(address)))
        yield f"http://{address}"
    finally:
        server.stop()


def is_ready(address: str) -> bool:
    """Whether it says that it answers queries."""
    connection = HTTPConnection(address, timeout=1)
    try:
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@real
@pytest.mark.parametrize(
    ("query", "value", "trouble"),
    [
        ("vector(0.42)", "0.42", ""),
        ("scalar(vector(7))", "7", ""),
        ('label_replace(vector($version), "v", "$service", "", "")', "7", ""),
        ("vector(0) / vector(0)", "NaN", ""),
        ("1 / vector(0)", "+Inf", ""),
        ("nothing_has_this_name", "", "has no result"),
        (
            'label_replace(vector(1), "v", "1", "", "") or label_replace(vector(2), "v", "2", "", "")',
            "",
            "has 2 results",
        ),
        ("vector(1)[5m:1m]", "", "type matrix"),
        ("max(", "", "can't evaluate"),
        ('"words"', "", "type string"),
    ],
)
async def test_a_real_prometheus_answers_as_documented(
    prometheus: str, query: str, value: str, trouble: str
) -> None:
    found = await read("prometheus", prometheus, query)
    assert (found.value, bool(found.trouble)) == (value, bool(trouble))
    assert trouble in found.trouble
