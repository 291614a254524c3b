"""What stands in front of MLflow answers for it: that is never taken for MLflow's own word."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.mlflow import AliasTarget, MLflow, MLflowLogin, MLflowRegistry, open_mlflow
from tests.releases.gates import NOW
from workflows.ports import Retryable

PAGE = "<html><body>default backend - 404</body></html>"
Answer = Callable[[], web.Response]
ANSWERS: dict[str, Answer] = {
    "a page with 200": lambda: web.Response(text=PAGE, content_type="text/html"),
    "a page with 404": lambda: web.Response(text=PAGE, content_type="text/html", status=404),
    "a gateway's own JSON with 404": lambda: web.json_response({"message": "no Route matched"}, status=404),
    "a page with 502": lambda: web.Response(text=PAGE, content_type="text/html", status=502),
    "too many requests": lambda: web.json_response({"message": "slow down"}, status=429),
}


@asynccontextmanager
async def in_front(answer: Answer) -> AsyncIterator[MLflow]:
    async def handle(_request: web.Request) -> web.Response:
        return answer()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server, open_mlflow(str(server.make_url("/")), MLflowLogin()) as client:
        yield client


ASKED: dict[str, Callable[[MLflow, object], Awaitable[object]]] = {
    "what is live": lambda client, terms: AliasTarget(client).live(terms),
    "the versions": lambda client, _: MLflowRegistry(client, NOW).versions("ranking"),
    "the bytes": lambda client, _: MLflowRegistry(client, NOW).artifact("ranking", "1", NOW()),
    "a file": lambda client, _: client.file_digest("1/run/artifacts/MLmodel", 3),
    "a folder": lambda client, _: client.files("1/run/artifacts"),
}


async def test_nor_is_it_taken_for_an_mlflow_that_lets_in_everybody():
    """Which is alarmed, and stops releases whose authors have to be authenticated."""
    for name in ("a page with 200", "a page with 502", "too many requests"):
        async with in_front(ANSWERS[name]) as client:
            assert await client.login() == "unknown", name


@pytest.mark.parametrize("asked", ASKED)
async def test_what_isn_t_mlflow_s_own_answer_is_tried_again(world, asked):
    """And not told as nothing live, no version, no file: gates pass on such words, and alarms go off."""
    terms = world.bundle.services["ranking-model"]
    for name, answer in ANSWERS.items():
        if asked == "a file" and name == "a page with 200":
            continue  # bytes are bytes: their number and digest tell
        async with in_front(answer) as client:
            with pytest.raises(Retryable):
                await ASKED[asked](client, terms)
