"""Records who was turned away before they could name a subject, without letting anybody fill the log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from ulid import ULID

from workflows.door import KIND, TurnAway
from workflows.ledger import Ledger
from workflows.workflow import DOOR

A_MINUTE = 30
"""Refusals of one kind recorded one by one in a minute; the rest are counted."""


@dataclass(frozen=True)
class Fault:
    """Why somebody is turned away: a code and a sentence for the log, and where they came in."""

    code: str
    sentence: str
    surface: str


@dataclass
class _Minute:
    began: datetime
    times: int = 0


class Door:
    """One for all that comes in over HTTP."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self._minutes: dict[str, _Minute] = {}

    async def turn_away(self, fault: Fault, came_from: str) -> None:
        """Record a refusal, or only count it if there have been many of its kind this minute."""
        now = self._now()
        minute = self._minutes.setdefault(fault.code, _Minute(now))
        if now - minute.began >= timedelta(minutes=1):
            uncounted = max(0, minute.times - A_MINUTE)
            minute = self._minutes[fault.code] = _Minute(now)
            if uncounted:
                await self._record(fault, "several addresses", uncounted)
        minute.times += 1
        if minute.times <= A_MINUTE:
            await self._record(fault, came_from, 1)

    async def _record(self, fault: Fault, came_from: str, times: int) -> None:
        command = TurnAway(f"{KIND}_{ULID()}", fault.code, fault.sentence, came_from, times)
        await self._ledger.handle(command, DOOR, fault.surface)


def address_of(request: Request) -> str:
    """The network address that a request came from."""
    return request.client.host if request.client else "an unknown address"
