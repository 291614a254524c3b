"""P5: two replicas on one PostgreSQL do everything once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import select
from ulid import ULID

from bot.app import Daypass, running
from tests.openbao_log import records
from tests.promises.evidence import faults
from tests.promises.ground import Ground, Servers
from tests.promises.requester import SCIENTIST, Hand, give_back, granted, held, known, quiet
from workflows.access.commands import RequestCredential
from workflows.access.state import KIND, Access
from workflows.audit.verify.vault_log import issued_leases
from workflows.database import tables
from workflows.ports import Minted

pytestmark = pytest.mark.early
GRANTS = 20
LONG_ENOUGH = 12
"""Seconds in which all of them are minted, unless the machine is busy."""


@pytest.fixture
def postgres_ground(new_postgres_ground: Callable[[], Ground]) -> Ground:
    return new_postgres_ground()


@pytest.fixture
async def replicas(postgres_ground: Ground, hand: Hand) -> AsyncIterator[tuple[Daypass, Daypass]]:
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(running(postgres_ground.settings, delivery=hand, slack_pace=0.02))
            for _ in "12"
        ]
        await known(one)
        await known(other)
        yield one, other


async def test_one_click_delivered_to_both_mints_once(
    servers: Servers, postgres_ground: Ground, replicas: tuple[Daypass, Daypass], hand: Hand
) -> None:
    access = await granted(replicas[0], 600)
    click = RequestCredential(access.id, f"crd_{ULID()}", "window")
    await asyncio.gather(*(one.ledger.handle(click, SCIENTIST, "slack", "click-1") for one in replicas))
    assert isinstance(await hand.taken_for(access), Minted)
    await quiet(replicas[0])
    await give_back(replicas[0], access)
    await _over(replicas[0])
    assert hand.taken[access.id].empty()
    assert _issued(servers, postgres_ground) == 1
    assert await _all_kept(servers, postgres_ground, replicas[1]) == []


async def test_twenty_grants_end_once_each(
    servers: Servers, postgres_ground: Ground, replicas: tuple[Daypass, Daypass], hand: Hand
) -> None:
    taken = await asyncio.gather(*(held(replicas[number % 2], hand, LONG_ENOUGH) for number in range(GRANTS)))
    await _over(replicas[1])
    issued = _issued(servers, postgres_ground)
    assert issued == _revocations(servers, postgres_ground)
    every = await replicas[0].reads.in_status(Access, KIND, ["ended"])
    assert {access.id for access, _ in taken} <= {one.id for one in every}
    assert GRANTS <= issued <= sum(len(one.credentials) for one in every)
    assert await _events(replicas[0], "access.grant-ended") == Counter(one.id for one in every)
    assert await _all_kept(servers, postgres_ground, replicas[0]) == []


async def _over(daypass: Daypass) -> None:
    async with asyncio.timeout(120):
        while await daypass.reads.in_status(Access, KIND, ["active", "ending"]):
            await asyncio.sleep(0.1)


async def _events(daypass: Daypass, action: str) -> Counter[str]:
    async with daypass.store.read_transaction() as connection:
        events = tables.events.c
        return Counter(await connection.scalars(select(events.subject).where(events.action == action)))


async def _all_kept(servers: Servers, ground: Ground, daypass: Daypass) -> list[str]:
    await quiet(daypass)
    await daypass.jobs.keep_log()
    return await faults(servers, ground)


def _issued(servers: Servers, ground: Ground) -> int:
    with servers.bao.audit_log.open() as lines:
        return len(
            {lease.lease for lease in issued_leases(lines, {ground.path}) if ground.path == lease.path}
        )


def _revocations(servers: Servers, ground: Ground) -> int:
    """Answers of OpenBao to this Daypass that a lease is revoked."""
    return sum(
        record["type"] == "response"
        and (record["auth"].get("metadata") or {}).get("role_name") == ground.name
        for record in records(servers.bao.audit_log, "sys/leases/revoke")
    )
