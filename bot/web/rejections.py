"""Records requests rejected before they could name a subject, without letting anyone fill the log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from starlette.requests import Request
from ulid import ULID

from workflows.ledger.ledger import Ledger
from workflows.system.rejected_requests import KIND, RejectRequest
from workflows.system.session_commands import Network
from workflows.workflow import HTTP

RECORDED_PER_MINUTE = 30
"""Refusals of one kind recorded one by one in a minute; the rest are counted."""


@dataclass(frozen=True)
class Rejection:
    """Why a request is rejected: a code and a sentence for the log, and the surface it came in by."""

    code: str
    sentence: str
    surface: str


@dataclass
class _Minute:
    began: datetime
    rejection: Rejection
    times: int = 0


class Rejections:
    """Records rejections, one for everything that comes in over HTTP."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self._minutes: dict[str, _Minute] = {}

    async def reject(self, rejection: Rejection, came_from: str) -> None:
        """Record a refusal, or only count it if there have been many of its kind this minute."""
        await self.count()
        minute = self._minutes.setdefault(rejection.code, _Minute(self._now(), rejection))
        minute.times += 1
        if minute.times <= RECORDED_PER_MINUTE:
            await self._record(rejection, came_from, 1)

    async def count(self, closing: bool = False) -> None:
        """Record how many were only counted, of each kind whose minute is over; of all when `closing`."""
        now = self._now()
        over = {
            code: minute
            for code, minute in self._minutes.items()
            if closing or now - minute.began >= timedelta(minutes=1)
        }
        for code in over:
            del self._minutes[code]
        for minute in over.values():
            if minute.times > RECORDED_PER_MINUTE:
                await self._record(minute.rejection, "several addresses", minute.times - RECORDED_PER_MINUTE)

    async def _record(self, rejection: Rejection, came_from: str, times: int) -> None:
        command = RejectRequest(f"{KIND}_{ULID()}", rejection.code, rejection.sentence, came_from, times)
        await self._ledger.handle(command, HTTP, rejection.surface)


def address_of(request: Request) -> str:
    """The network address that a request came from."""
    return request.client.host if request.client else "an unknown address"


def network_of(request: Request) -> Network:
    """The kind of network address that a request came from, which says less than the address."""
    try:
        address = ip_address(address_of(request))
    except ValueError:
        return "an unknown address"
    if address.is_loopback:
        return "this machine"
    return "a private network" if address.is_private else "the internet"
