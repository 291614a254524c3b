"""P7 at RabbitMQ: Daypass asks whether a deleted user's connections are closed, with a login that can only look."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import pika
import pika.exceptions
import pytest
import requests
from pydantic import SecretStr

from integrations.targets import open_targets
from tests.vault.engines.rabbitmq import QUEUE, RabbitMQ
from workflows.ports import Retryable, Target


@pytest.fixture
async def target(rabbitmq: RabbitMQ) -> AsyncIterator[Target]:
    async with open_targets({"events": SecretStr(rabbitmq.confirmer_url)}) as targets:
        yield targets["events"]


@pytest.fixture
def login(rabbitmq: RabbitMQ, worker_id: str) -> dict[str, str]:
    name = f"token-of-{worker_id}"
    rabbitmq.call("PUT", f"users/{name}", password="not-a-secret", tags="")
    rights = {"configure": "^$", "write": "^$", "read": ".*"}
    rabbitmq.call("PUT", f"permissions/%2F/{name}", **rights)
    return {"username": name, "password": "not-a-secret"}


async def test_open_connections_are_told_and_gone_with_the_user(
    rabbitmq: RabbitMQ, target: Target, login: dict[str, str]
) -> None:
    """A client that doesn't answer is cut off after half a minute; this one is as polite as most."""
    connection = await asyncio.to_thread(rabbitmq.connect, login)
    reading = asyncio.create_task(asyncio.to_thread(reads_until_closed, connection))
    await seen(target, login["username"])
    rabbitmq.call("DELETE", f"users/{login['username']}")
    async with asyncio.timeout(20):
        while not await confirmed(target, login["username"]):
            await asyncio.sleep(0.1)
        await reading
    assert not rabbitmq.lets_in(login)


def reads_until_closed(connection: pika.BlockingConnection) -> None:
    with suppress(pika.exceptions.AMQPError):
        channel = connection.channel()
        while True:
            channel.basic_get(QUEUE)
            time.sleep(0.05)


async def seen(target: Target, user: str) -> None:
    """The management plugin hears of a connection a moment after it is open."""
    async with asyncio.timeout(20):
        while await confirmed(target, user):
            await asyncio.sleep(0.1)


async def confirmed(target: Target, user: str) -> bool:
    try:
        await target.confirm_gone(user)
    except Retryable as left:
        assert f"connections of {user} are still open: 127.0.0.1:" in str(left)
        return False
    return True


async def test_one_that_is_away_or_refuses_is_to_be_asked_again(rabbitmq: RabbitMQ) -> None:
    user = f"{rabbitmq.address.replace('://', '://administrator:wrong-password@')}"
    urls = {"away": "rabbitmq+http://u:no-secret@127.0.0.1:9", "wrong": f"rabbitmq+{user}"}
    async with open_targets({name: SecretStr(url) for name, url in urls.items()}) as targets:
        for name, why in (("away", "can't be reached"), ("wrong", "refused Daypass's login")):
            with pytest.raises(Retryable, match=why) as raised:
                await targets[name].confirm_gone("somebody")
            assert "password" not in str(raised.value)
            assert "no-secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "users"),
        ("PUT", "users/another"),
        ("DELETE", "users/openbao"),
        ("GET", f"queues/%2F/{QUEUE}/get"),
        ("GET", "definitions"),
        ("PUT", "vhosts/another"),
    ],
)
def test_daypass_s_login_there_can_t(rabbitmq: RabbitMQ, method: str, path: str) -> None:
    answer = requests.request(
        method,
        f"{rabbitmq.address}/api/{path}",
        json={"password": "p", "tags": "administrator"} if method == "PUT" else None,
        auth=("daypass_confirm", rabbitmq.confirmer),
        timeout=30,
    )
    assert answer.status_code in (401, 403, 405)
