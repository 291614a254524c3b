"""What somebody does with a credential: unwrap it, log in to the warehouse, read, and at last be refused."""

import asyncio
import json
import subprocess
from collections.abc import Mapping
from typing import Any

import psycopg

from bot.demo.actor import Actor, seen, wrapping_token
from bot.demo.stage import Stage
from bot.demo.tour.story import Tour, Untrue, newest
from bot.demo.warehouse import DATABASE

QUERY = "SELECT count(*) FROM features.ranking"


async def handed_over(person: Actor) -> str:
    """The wrapping token in the window that Get credentials opens. Raises NotSeen."""

    async def token() -> str | None:
        view = await person.modal()
        return wrapping_token(view) if view else None

    return str(await seen("the wrapping token", token))


async def uses(
    story: Tour, channel: str, title: str
) -> tuple[psycopg.AsyncConnection[Any], Mapping[str, str]]:
    """Ada gets credentials on her active card of this title and logs in; the session, left open, and the login."""
    card = await seen("her access", lambda: newest(story.ada, channel, title, "Get credentials", "Give back"))
    await story.ada.press(channel, card, "Get credentials")
    login = await asyncio.to_thread(unwrap, story.stage, await handed_over(story.ada))
    session = await connect(story.stage, login)
    story.sessions.append(session)
    return session, login


async def reads(story: Tour, login: Mapping[str, str]) -> psycopg.AsyncConnection[Any]:
    """Log in and read; the session, left open."""
    session = await connect(story.stage, login)
    story.sessions.append(session)
    rows = await (await session.execute(QUERY)).fetchone()
    story.saw(f"{QUERY} → {rows[0] if rows else 'nothing'} rows", rows and rows[0] > 0)
    return session


async def ends_within(
    story: Tour, session: psycopg.AsyncConnection[Any], login: Mapping[str, str], seconds: float
) -> None:
    """The open session is ended and a new login refused. Raises Untrue if one of them outlives `seconds`."""
    await gone_within(story.stage, session, login, seconds)
    story.saw("the open session was ended", True)
    story.saw("a new login is refused", True)


async def gone_within(
    stage: Stage, session: psycopg.AsyncConnection[Any], login: Mapping[str, str], seconds: float
) -> None:
    """Watch until both are so. Raises Untrue if one of them outlives `seconds`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while await answers(session):
        if loop.time() > deadline:
            raise Untrue("The open session outlived its grant.")
        await asyncio.sleep(0.1)
    while await lets_in(stage, login):
        if loop.time() > deadline:
            raise Untrue("A new login worked after the grant.")
        await asyncio.sleep(0.1)


def unwrap(stage: Stage, token: str) -> dict[str, str]:
    """What `bao unwrap` gives; nothing if it is refused."""
    command = [str(stage.bao.binary), "unwrap", "-format=json", f"-address={stage.bao.addr}", token]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=30, env={"HOME": str(stage.directory)}
    )
    return dict(json.loads(done.stdout)["data"]) if done.returncode == 0 else {}


async def connect(stage: Stage, login: Mapping[str, str]) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(
        host=stage.postgres.host,
        port=stage.postgres.port,
        dbname=DATABASE,
        user=login["username"],
        password=login["password"],
        autocommit=True,
        connect_timeout=5,
    )


async def lets_in(stage: Stage, login: Mapping[str, str]) -> bool:
    """False if PostgreSQL knows the login no more. Raises psycopg.OperationalError if it is not there."""
    try:
        await (await connect(stage, login)).close()
    except psycopg.OperationalError as error:
        if "FATAL" not in str(error):
            raise
        return False
    return True


async def answers(session: psycopg.AsyncConnection[Any]) -> bool:
    try:
        await session.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
