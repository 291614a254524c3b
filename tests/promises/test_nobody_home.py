"""P1: no credential outlives its grant, even if Daypass is dead, and OpenBao too."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
import pytest

from tests.promises.driver import Life, begin, lived
from tests.promises.evidence import faults
from tests.promises.ground import Ground, Servers, away
from tests.promises.requester import unwrap
from tests.promises.witness import log_in_until_refused, use_until_refused, wait_until_dropped
from workflows.access.state import KIND, Access
from workflows.database.store import opened
from workflows.ledger.repository import Repository

pytestmark = pytest.mark.early
PROMISED = timedelta(seconds=2)
VAULTS_GRACE = timedelta(seconds=5)
"""The database engine sets VALID UNTIL this much later than the lease's end, in whole seconds."""


async def test_killed_right_after_the_mint_the_login_dies_with_the_grant(
    servers: Servers, ground: Ground
) -> None:
    with _held(servers, ground) as (login, session):
        ends_at = await _end_of_grant(ground)
        seen = await asyncio.to_thread(use_until_refused, servers, login, session)
    assert seen.session < ends_at + PROMISED
    assert seen.login < ends_at + PROMISED
    await asyncio.to_thread(wait_until_dropped, servers, ground)
    assert await lived(Life(ground)) == 0
    assert await faults(servers, ground) == []


async def test_with_openbao_killed_too_postgresql_itself_refuses(servers: Servers, ground: Ground) -> None:
    with _held(servers, ground) as (login, _session):
        async with away(servers, "dead"):
            ends_at = await _end_of_grant(ground)
            last_let_in = await asyncio.to_thread(log_in_until_refused, servers, login)
            assert servers.logins(ground) == [login["username"]]
    assert last_let_in < ends_at + VAULTS_GRACE + timedelta(seconds=1)
    assert await lived(Life(ground)) == 0
    assert await faults(servers, ground) == []


@contextmanager
def _held(servers: Servers, ground: Ground) -> Iterator[tuple[dict[str, str], psycopg.Connection]]:
    """A login with a session open in it, and the Daypass that made it killed."""
    life = Life(ground, "held", seconds=8)
    process = begin(life)
    while not life.token_file.exists() and process.is_alive():
        process.join(0.02)
    login = unwrap(servers.bao.addr, life.token_file.read_text())
    with servers.connect(login) as session:
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        yield login, session


async def _end_of_grant(ground: Ground) -> datetime:
    async with opened(ground.settings.database_url.get_secret_value()) as store:
        (access,) = await Repository(store).in_status(Access, KIND, ["active"])
    assert access.grant
    return access.grant.ends_at
