"""What a real MLflow delivers has its registry looked at sooner, and does nothing else; what it didn't sign does nothing."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from fastapi import FastAPI
from pydantic import SecretStr

from bot.web.mlflow import MAX_BODY_BYTES, PATH, MLflowHook, router
from tests.prompts import new_prompt
from workflows.workflow import World

pytestmark = pytest.mark.server
SECRETS = ("a" * 40, "b" * 40)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ID = "6b9f1c1e-0000-4000-8000-000000000001"


@dataclass
class Behind:
    """What the endpoint leads to."""

    world: World
    now: datetime = NOW
    looked: int = 0
    rejected: list[str] = field(default_factory=list)

    def look(self) -> None:
        self.looked += 1

    async def reject(self, rejection, _came_from: str) -> None:
        self.rejected.append(rejection.code)


@pytest.fixture
def behind(world) -> Behind:
    return Behind(world)


@pytest.fixture
async def client(behind) -> AsyncIterator[httpx2.AsyncClient]:
    keys = tuple(map(SecretStr, SECRETS))
    hook = MLflowHook(keys, behind.look, behind, lambda: behind.world, lambda: behind.now)
    app = FastAPI()
    app.include_router(router(hook))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://daypass") as client:
        yield client


def body_of(name: object = "ranking-model", **changes: object) -> bytes:
    data = {"name": name, "alias": "champion", "version": "7"}
    whole = {"entity": "model_version_alias", "action": "created", "data": data, **changes}
    return json.dumps(whole).encode()


def signed(
    body: bytes, id: str = ID, at: datetime = NOW, secret: str = SECRETS[0], **changes: str
) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    right = hmac.digest(secret.encode(), f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "x-mlflow-delivery-id": id,
        "x-mlflow-timestamp": timestamp,
        "x-mlflow-signature": f"v1,{base64.b64encode(right).decode()}",
    } | changes


async def send(client, body: bytes, headers: Mapping[str, str]) -> int:
    return (await client.post(PATH, content=body, headers=headers)).status_code


class TestADelivery:
    async def test_has_the_registry_looked_at_once_however_often_it_comes(self, client, behind):
        body = body_of()
        assert [await send(client, body, signed(body)) for _ in range(3)] == [202, 200, 200]
        assert (behind.looked, behind.rejected) == (1, [])
        assert await send(client, body, signed(body, id=f"{ID}-2", secret=SECRETS[1])) == 202
        assert behind.looked == 2

    @pytest.mark.parametrize(
        "forged",
        [
            {},
            {"x-mlflow-signature": ""},
            {"x-mlflow-signature": "v1," + "A" * 43 + "="},
            {"x-mlflow-delivery-id": "another-delivery"},
            {"x-mlflow-timestamp": "1772442001"},
            {"x-mlflow-timestamp": "-1"},
            {"x-mlflow-delivery-id": "../7"},
        ],
    )
    async def test_that_is_not_signed_as_it_stands_is_refused(self, client, behind, forged):
        body = body_of()
        headers = signed(body, secret="c" * 40) if not forged else signed(body) | forged
        assert await send(client, body, headers) == 401
        assert (behind.looked, behind.rejected) == (0, ["not-from-mlflow"])

    async def test_with_another_body_is_refused(self, client, behind):
        assert await send(client, body_of("other"), signed(body_of())) == 401
        assert behind.looked == 0

    @pytest.mark.parametrize(("minutes", "status"), [(-5.1, 401), (-4.9, 202), (4.9, 202), (5.1, 401)])
    async def test_counts_within_five_minutes_of_our_clock(self, client, behind, minutes, status):
        body = body_of()
        assert await send(client, body, signed(body, at=NOW + timedelta(minutes=minutes))) == status
        assert behind.rejected == (["old-from-mlflow"] if status == 401 else [])

    async def test_can_t_be_replayed_when_its_id_is_forgotten(self, client, behind):
        body = body_of()
        await send(client, body, signed(body))
        behind.now = NOW + timedelta(minutes=11)
        assert await send(client, body, signed(body)) == 401
        assert behind.looked == 1

    @pytest.mark.parametrize(
        "body",
        [b"", b"[]", b"{", body_of(7), body_of(entity=None), b'{"data": null}', b"[" * 90_000],
    )
    async def test_that_is_built_otherwise_is_refused(self, client, behind, body):
        assert await send(client, body, signed(body)) == 400
        assert (behind.looked, behind.rejected) == (0, ["unlike-mlflow"])

    async def test_that_is_no_text_is_refused(self, client, behind):
        assert await send(client, b"\xff", signed(b"\xff")) == 401
        assert behind.looked == 0

    async def test_about_what_nobody_releases_does_nothing(self, client, behind):
        body = body_of("somebody-else-s")
        assert await send(client, body, signed(body)) == 202
        assert (behind.looked, behind.rejected) == (0, [])

    async def test_is_read_no_further_than_mlflow_writes(self, client, behind):
        body = b"x" * (MAX_BODY_BYTES + 1)
        assert await send(client, body, signed(body)) == 413


@dataclass
class Received:
    """What a real MLflow sent."""

    deliveries: asyncio.Queue[tuple[bytes, dict[str, str]]] = field(default_factory=asyncio.Queue)

    async def take(self, request: web.Request) -> web.Response:
        told = {name.casefold(): value for name, value in request.headers.items()}
        await self.deliveries.put((await request.read(), told))
        return web.Response()


ALIAS = {"entity": "MODEL_VERSION_ALIAS", "action": "CREATED"}
PROMPT_ALIAS = {"entity": "PROMPT_ALIAS", "action": "CREATED"}


@pytest.mark.parametrize(("event", "is_prompt"), [(ALIAS, False), (PROMPT_ALIAS, True)])
async def test_what_a_real_mlflow_sends_when_an_alias_moves_is_taken(
    client, behind, lab, world, event, is_prompt
):
    received, app = Received(), web.Application()
    app.router.add_post(PATH, received.take)
    made = new_prompt(lab) if is_prompt else None
    name = made.name if made else lab.model
    behind.world = _releasing(world, name, "mlflow-prompts" if made else "mlflow")
    async with TestServer(app, host="127.0.0.1") as server:
        hook = await asyncio.to_thread(
            lab.call,
            "POST",
            "webhooks",
            name=f"daypass-{name}",
            url=str(server.make_url(PATH)),
            secret=SECRETS[1],
            events=[event],
        )
        change: Callable[[], None] = (
            (lambda: made.lab.make_live(made.register("Hello")))
            if made
            else (lambda: lab.make_live(lab.trained()))
        )
        await asyncio.to_thread(change)
        async with asyncio.timeout(60):
            while True:
                body, headers = await received.deliveries.get()
                if json.loads(body)["data"]["name"] == name:
                    break
        await asyncio.to_thread(lab.call, "DELETE", f"webhooks/{hook['webhook']['webhook_id']}")
    behind.now = datetime.now(UTC)
    told = {key: value for key, value in headers.items() if key.startswith("x-mlflow-")}
    assert [await send(client, body, told), await send(client, body, told)] == [202, 200]
    assert await send(client, body.replace(b"champion", b"another_"), told) == 401
    assert behind.looked == 1


def _releasing(world: World, name: str, source) -> World:
    from dataclasses import replace

    service = world.bundle.services["ranking-model"].model_copy(update={"model": name, "source": source})
    return replace(world, bundle=replace(world.bundle, services={"ranking-model": service}))
