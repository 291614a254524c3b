"""P1: no credential outlives its grant, even if Daypass, and then Vault too, is dead."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from bot.demo.reaper import spawn_reaper
from integrations.vault import Connection, VaultCredentials
from tests.vault.conftest import Servers

_VAULTS_GRACE = timedelta(seconds=5)
"""The database engine sets VALID UNTIL this much later than the lease's end."""

_REAPED_WITHIN = timedelta(seconds=4)
"""The reaper looks every two seconds; the rest is for a busy machine."""


async def test_with_nobody_home_the_login_and_its_open_session_end_on_time(servers: Servers) -> None:
    daypass = Connection(servers.bao.addr, servers.login)
    vault = VaultCredentials(daypass)
    names = ("warehouse-read", "warehouse-write", "warehouse-pii")
    orders = [servers.order(name, seconds=6) for name in names]
    logins = [servers.unwrap(minted) for minted in await asyncio.gather(*map(vault.mint, orders))]
    sessions = [servers.connect(data) for data in logins]
    await daypass.close()

    await _until(lambda: not servers.roles() & {data["username"] for data in logins})
    assert datetime.now(UTC) < max(order.ends_at for order in orders) + timedelta(seconds=2)
    for session, data in zip(sessions, logins, strict=True):
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            servers.connect(data)


async def test_with_vault_dead_as_well_the_database_itself_refuses_and_ends_open_sessions(
    servers: Servers, vault: VaultCredentials, tmp_path: Path
) -> None:
    order = servers.order(seconds=6)
    data = servers.unwrap(await vault.mint(order))
    session = servers.connect(data)
    reaper = spawn_reaper(tmp_path, servers.warehouse)
    servers.bao.kill()
    try:
        servers.connect(data).close()
        await _until(lambda: _refused(servers, data), every=0.1)
        assert datetime.now(UTC) < order.ends_at + _VAULTS_GRACE + timedelta(seconds=1)
        await _until(lambda: _ended(session), every=0.1)
        assert datetime.now(UTC) < order.ends_at + _VAULTS_GRACE + _REAPED_WITHIN
        assert data["username"] in servers.roles()
        assert reaper.running(), reaper.last_words()
    finally:
        reaper.stop()
        servers.bao = await servers.bao.start_again()
    await _until(lambda: data["username"] not in servers.roles())


def _ended(session: psycopg.Connection) -> bool:
    try:
        return session.execute("SELECT user_id FROM features.users LIMIT 1").fetchone() is None
    except psycopg.OperationalError:
        return True


def _refused(servers: Servers, data: dict[str, str]) -> bool:
    try:
        servers.connect(data).close()
    except psycopg.OperationalError:
        return True
    return False


async def _until(holds: Callable[[], bool], every: float = 0.02, patience: float = 60) -> None:
    async with asyncio.timeout(patience):
        while not holds():
            await asyncio.sleep(every)
