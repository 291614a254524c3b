"""Keeps up with who is on call by schedules that are kept elsewhere, and with what the settings say of these."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import AnyHttpUrl, SecretStr

from bot.settings import Settings
from bot.wiring.releases import reach_of
from bot.wiring.world import PolicyAndPeople
from integrations.on_call import Account, OnCallAccounts, Read, Window
from workflows.policy.on_call import Roster, is_outside
from workflows.policy.schema.on_call import OnCallBlock
from workflows.ports import Permanent, Retryable

log = logging.getLogger(__name__)

READ_EVERY_SECONDS = 60.0
LOOKED_EVERY_SECONDS = 5.0
"""Seconds after which a schedule that the bundle brings is read for the first time, at most."""
READ_WITHIN_SECONDS = 45.0
BROKE = "Daypass couldn't read it; its log says more."
NO_ANSWER = "It didn't answer in time."


def on_call_accounts(settings: Settings) -> OnCallAccounts:
    """Where schedules are kept; what isn't set up is None."""
    return OnCallAccounts(
        _account(settings.daypass_pagerduty_url, settings.daypass_pagerduty_token),
        _account(settings.daypass_incident_io_url, settings.daypass_incident_io_key),
        _account(settings.daypass_opsgenie_url, settings.daypass_opsgenie_key),
        dict(settings.daypass_calendars),
        reach_of(settings),
    )


def _account(url: AnyHttpUrl, key: SecretStr | None) -> Account | None:
    return Account(str(url).rstrip("/"), key) if key else None


@dataclass(frozen=True)
class _Kept:
    """What is known of one schedule. `read_at` and `next_at` go by the monotonic clock."""

    schedule: OnCallBlock
    roster: Roster
    read_at: float
    next_at: float


class OnCallReadings:
    """Reads the bundle's outside schedules, and takes what they say into force; a reading counts for `stale_seconds`.

    Each replica reads for itself. `monotonic` is for how old a reading is, `now` for what is asked for.
    """

    def __init__(
        self,
        readers: Mapping[str, Read],
        known: PolicyAndPeople,
        now: Callable[[], datetime],
        stale_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._readers = readers
        self._known = known
        self._now = now
        self._stale_seconds = stale_seconds
        self._every = min(READ_EVERY_SECONDS, stale_seconds / 3)
        self._monotonic = monotonic
        self._kept: dict[str, _Kept] = {}
        self._turn = asyncio.Lock()

    async def first_look(self, seconds: float) -> None:
        """Read all that the bundle brings before anything is decided, unless that takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.run()

    async def run(self) -> datetime | None:
        """The periodic job. Never raises for what a schedule's system says; what it has read when it is cancelled counts."""
        async with self._turn:
            schedules = {name: one for name, one in self._known.bundle.on_call.items() if is_outside(one)}
            due = {name: one for name, one in schedules.items() if self._is_due(name, one)}
            if not due and schedules.keys() == self._kept.keys():
                return None
            self._kept = {name: one for name, one in self._kept.items() if name in schedules}
            try:
                await asyncio.gather(*(self._keep(name, one) for name, one in due.items()))
            finally:
                rosters = {name: one.roster for name, one in self._kept.items()}
                await asyncio.to_thread(self._known.know_on_call, rosters)
        return None

    async def _keep(self, name: str, schedule: OnCallBlock) -> None:
        self._kept[name] = await self._read(name, schedule)

    def _is_due(self, name: str, schedule: OnCallBlock) -> bool:
        kept = self._kept.get(name)
        return kept is None or kept.schedule != schedule or self._monotonic() >= kept.next_at

    async def _read(self, name: str, schedule: OnCallBlock) -> _Kept:
        """What is known of the schedule now: what it says, or what it last said and why it can't be read."""
        began, now = self._monotonic(), self._now()
        until = now + timedelta(seconds=self._stale_seconds)
        try:
            async with asyncio.timeout(READ_WITHIN_SECONDS):
                spans = await self._readers[schedule.source](schedule, Window(now, until))
        except TimeoutError:
            return self._unread(name, schedule, NO_ANSWER, None)
        except (Retryable, Permanent) as error:
            pause = error.pause if isinstance(error, Retryable) else None
            return self._unread(name, schedule, str(error), pause)
        except Exception:
            log.exception("reading who is on call by %s broke", name)
            return self._unread(name, schedule, BROKE, None)
        return _Kept(schedule, Roster(spans, until, ""), began, began + self._every)

    def _unread(self, name: str, schedule: OnCallBlock, fault: str, pause: float | None) -> _Kept:
        log.warning("reading who is on call by %s failed and will be tried again: %s", name, fault)
        at = self._monotonic()
        next_at = at + max(self._every, pause or 0)
        kept = self._kept.get(name)
        if kept is None or kept.schedule != schedule or at - kept.read_at >= self._stale_seconds:
            return _Kept(schedule, Roster(fault=fault), at, next_at)
        return replace(kept, roster=replace(kept.roster, fault=fault), next_at=next_at)
