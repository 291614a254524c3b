"""P7: what can't be ended yet says why, is tried again, and alarms; and it is over only once that is confirmed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from bot.app import Daypass, running
from bot.slack.access.texts import REVOKING
from tests.people import ADA
from tests.promises.evidence import faults
from tests.promises.ground import Ground, Outage, Servers, away
from tests.promises.requester import (
    Hand,
    credential,
    give_back,
    granted,
    held,
    press_get,
    quiet,
    state_of,
    unwrap,
)
from workflows.access.state import Access
from workflows.access.views import troubled


@pytest.fixture
async def daypass(ground: Ground, hand: Hand) -> AsyncIterator[Daypass]:
    async with running(ground.settings, delivery=hand, mint_within=1.5, slack_pace=0.02) as daypass:
        yield daypass


class TestADatabaseThatRefuses:
    """Something in another database is owned by the role, so it can't be dropped from the warehouse."""

    @pytest.fixture
    def elsewhere(self, servers: Servers) -> Iterator[str]:
        servers.as_administrator("CREATE DATABASE elsewhere")
        yield "elsewhere"
        servers.as_administrator("DROP DATABASE elsewhere WITH (FORCE)")

    async def test_keeps_the_grant_ending_with_the_reason_on_the_card_until_it_gives_in(
        self, servers: Servers, ground: Ground, daypass: Daypass, hand: Hand, elsewhere: str
    ) -> None:
        access = await granted(daypass, 600)
        login = unwrap(
            servers.bao.addr, (await credential(daypass, hand, access)).wrapping_token.get_secret_value()
        )
        owner = login["username"]
        servers.as_administrator(f'CREATE TABLE kept (); ALTER TABLE kept OWNER TO "{owner}"', elsewhere)
        await give_back(daypass, access)

        await _until(daypass, access, troubled)
        reason = "cannot be dropped because some objects depend on it"
        await _said(servers, ground, ADA, REVOKING, reason)
        await _said(servers, ground, "alarms", reason)
        assert servers.logins(ground) == [owner]

        servers.as_administrator("DROP TABLE kept", elsewhere)
        await _until(daypass, access, lambda state: state.status == "ended")
        await _said(servers, ground, ADA, "confirmed by Vault")
        assert await _all_kept(servers, ground, daypass) == []


async def test_openbao_dead_at_the_end_of_a_grant_keeps_it_ending_until_it_is_back(
    servers: Servers, ground: Ground, daypass: Daypass, hand: Hand
) -> None:
    access, _ = await held(daypass, hand, 4)
    async with away(servers, "dead"):
        await _until(daypass, access, troubled)
        await _said(servers, ground, ADA, REVOKING, "Vault can't be reached")
        await _said(servers, ground, "alarms", "Vault can't be reached")
        assert (await state_of(daypass, access)).status == "ending"
    await _until(daypass, access, lambda state: state.status == "ended")
    await _said(servers, ground, "alarms", "couldn't be revoked at first")
    assert await _all_kept(servers, ground, daypass) == []


@pytest.mark.parametrize(("how", "why"), [("sealed", "Vault is sealed"), ("dead", "Vault can't be reached")])
async def test_without_openbao_the_requester_is_told_and_pressing_again_works_later(
    servers: Servers, ground: Ground, daypass: Daypass, hand: Hand, how: Outage, why: str
) -> None:
    access = await granted(daypass, 600)
    async with away(servers, how):
        await press_get(daypass, access)
        assert why in str(await hand.taken_for(access))
    minted = await credential(daypass, hand, access)
    with servers.connect(unwrap(servers.bao.addr, minted.wrapping_token.get_secret_value())) as session:
        assert session.execute("SELECT count(*) > 0 FROM features.users").fetchone() == (True,)
    assert len(servers.logins(ground)) == 1

    await give_back(daypass, access)
    ended = await _until(daypass, access, lambda state: state.status == "ended")
    assert [one.was_minted for one in ended.credentials] == [False, True]
    assert await _all_kept(servers, ground, daypass) == []


async def _until(daypass: Daypass, access: Access, holds: Callable[[Access], bool]) -> Access:
    async with asyncio.timeout(60):
        while not holds(state := await state_of(daypass, access)):
            await asyncio.sleep(0.05)
    return state


async def _said(servers: Servers, ground: Ground, channel: str, *words: str) -> None:
    """Return when one message of the channel has all these words."""
    async with asyncio.timeout(60):
        while not any(
            all(word in message for word in words)
            for message in servers.slack.in_channel(ground.slack_token, channel)
        ):
            await asyncio.sleep(0.05)


async def _all_kept(servers: Servers, ground: Ground, daypass: Daypass) -> list[str]:
    await quiet(daypass)
    await daypass.jobs.keep_log()
    return await faults(servers, ground)
