"""Many grants, each against clients that don't want to go: none may read a row after its confirmed end."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle, islice
from statistics import median
from typing import Literal

import requests

from bot.app import Daypass, running
from bot.demo.warehouse import DATABASE
from tests.promises.ground import Ground, Servers
from tests.promises.requester import Hand, give_back, held, known, quiet, state_of, unwrap
from tests.soak.thief import Thief, between
from tests.vault.clinging import AS_GROUP, Clinging, clinging, opener
from workflows.access.state import Access

How = Literal["early", "by time"]
ENDS: tuple[How, ...] = ("early", "by time")
CLIENTS = ("", "", AS_GROUP, "")
"""Of each grant: three that log in plainly and one that would act as the group."""
SECONDS: dict[How, int] = {"early": 120, "by time": 8}
AFTERWARDS = 2.0
"""Seconds after the confirmed end in which whoever still could would read."""
SLOWEST = 300.0
"""Seconds within which an end is confirmed, or it hangs."""


@dataclass(frozen=True)
class Seen:
    """What came of one grant. Times are seconds since the epoch, by this machine's one clock."""

    how: How
    sessions: int
    rows: int
    last_row: float
    wanted_at: float
    confirmed_at: float
    confirmed_by: tuple[str, ...]

    @property
    def read_on_for(self) -> float:
        """Seconds after the confirmed end in which a row was still asked for and given; 0 as it should be."""
        return max(0.0, self.last_row - self.confirmed_at)

    @property
    def took(self) -> float:
        return self.confirmed_at - self.wanted_at


@dataclass
class Soaked:
    """Everything that was seen."""

    seen: list[Seen] = field(default_factory=list)
    renewed: int = 0
    not_renewed: int = 0
    seconds: float = 0.0

    @property
    def faults(self) -> list[str]:
        """A sentence for each grant behind whose end somebody read, or that was confirmed by half."""
        return [
            *(
                f"{one.how}: a row {one.read_on_for:.2f} s after the end"
                for one in self.seen
                if one.read_on_for
            ),
            *(f"{one.how}: confirmed only by {one.confirmed_by}" for one in self.seen if _halfway(one)),
        ]

    @property
    def lines(self) -> list[str]:
        """The figures, for a person to read."""
        return [
            f"{len(self.seen)} grants in {self.seconds:.0f} s, "
            f"{sum(one.sessions for one in self.seen):,} sessions, {sum(one.rows for one in self.seen):,} rows.",
            *(_line(how, [one for one in self.seen if one.how == how]) for how in ENDS),
            f"Leases renewed by a thief: {self.renewed:,}; renewals refused: {self.not_renewed:,}.",
            f"Grants behind whose confirmed end a row was read: {sum(bool(one.read_on_for) for one in self.seen)}.",
        ]


def _halfway(one: Seen) -> bool:
    return one.confirmed_by != ("vault", "database")


def _line(how: How, seen: list[Seen]) -> str:
    took = [one.took for one in seen] or [0.0]
    return f"{how}: {len(seen)}; from the end to its confirmation {median(took):.2f} s, at most {max(took):.2f} s."


async def soak(
    servers: Servers, ground: Ground, grants: int, at_once: int, tell: Callable[[str], None]
) -> Soaked:
    """Run them; `tell` hears how far it is."""
    began, soaked, turns, hand = time.monotonic(), Soaked(), asyncio.Semaphore(at_once), Hand()
    with between(servers.bao.addr) as thief:
        more = {
            "vault_addr": thief.url,
            "daypass_max_started_per_hour": grants,
            "daypass_max_pending": grants,
        }
        settings = ground.settings.model_copy(update=more)
        async with running(settings, delivery=hand, slack_pace=0.02) as daypass:
            await known(daypass)

            async def one(how: How) -> None:
                async with turns:
                    soaked.seen.append(await _one(servers, daypass, hand, thief, how, SECONDS[how]))
                    if len(soaked.seen) % 10 == 0:
                        tell(f"{len(soaked.seen)} of {grants}: {len(soaked.faults)} faults")

            await asyncio.gather(*(one(how) for how in islice(cycle(ENDS), grants)))
            await quiet(daypass)
            await daypass.jobs.keep_log()
        soaked.renewed, soaked.not_renewed = thief.accepted, thief.refused
    soaked.seconds = time.monotonic() - began
    return soaked


async def _one(servers: Servers, daypass: Daypass, hand: Hand, thief: Thief, how: How, seconds: int) -> Seen:
    """One grant from the approval to a while after its confirmed end; a longer one if it was over before use."""
    access, minted = await held(daypass, hand, seconds)
    token = minted.wrapping_token.get_secret_value()
    try:
        login = await asyncio.to_thread(unwrap, servers.bao.addr, token)
    except requests.HTTPError:
        return await _one(servers, daypass, hand, thief, how, seconds * 2)
    open_session = opener(servers.warehouse.postgres.bare_url(DATABASE), login)
    with clinging(open_session, CLIENTS) as client, thief.renewing(login["username"]):
        if how == "early":
            await _reading(client)
            await give_back(daypass, access)
        wanted_at = time.time()
        ended = await _ended(daypass, access)
        await asyncio.sleep(AFTERWARDS)
    if not client.rows:
        return await _one(servers, daypass, hand, thief, how, seconds * 2)
    assert ended.grant and ended.grant.ended_at
    return Seen(
        how=how,
        sessions=client.sessions,
        rows=client.rows,
        last_row=client.last_row,
        wanted_at=wanted_at if how == "early" else ended.grant.ends_at.timestamp(),
        confirmed_at=ended.grant.ended_at.timestamp(),
        confirmed_by=ended.credentials[-1].confirmed_by,
    )


async def _reading(client: Clinging) -> None:
    """Return when it has been reading for a moment."""
    async with asyncio.timeout(SLOWEST):
        while client.sessions < 2 or not client.rows:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)


async def _ended(daypass: Daypass, access: Access) -> Access:
    async with asyncio.timeout(SLOWEST):
        while (state := await state_of(daypass, access)).status != "ended":
            await asyncio.sleep(0.05)
    return state


LONGEST = timedelta(minutes=10)
"""Within which two hundred are done on two cores that do nothing else."""
