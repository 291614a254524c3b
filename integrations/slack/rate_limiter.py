"""When a call may be sent: one message a second a channel, and nothing while Slack has asked to wait.

https://docs.slack.dev/apis/web-api/rate-limits
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from integrations.slack.errors import NotSent

POST = "chat.postMessage"
POST_EVERY_SECONDS = 1.1
"""Between two messages in one channel: a second, and what the way there takes now and then."""
MAX_WAIT_SECONDS = 1.5
"""A call that has to wait longer is given back, so that nothing else waits behind it."""
MAX_REMEMBERED = 1_000
"""Channels and methods remembered until those of the past are forgotten."""


class RateLimiter:
    """Keeps the times, by method and, for messages, by channel."""

    def __init__(
        self,
        factor: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`factor` is on the second between two messages."""
        self._post_every = POST_EVERY_SECONDS * factor
        self._monotonic = monotonic
        self._sleep = sleep
        self._free_at: dict[str, float] = {}
        self._wanted_until: dict[str, float] = {}
        """Until when somebody who was sent away may come back."""

    async def turn(self, method: str, channel: str, yields: bool = False) -> None:
        """Return when the call may be sent. Raises NotSent if that is too far off.

        One that `yields` waits for nothing: it is sent if nobody else has had to wait lately.
        """
        key, now = _key(method, channel), self._monotonic()
        free_at = self._free_at.get(key, now)
        wait = max(0.0, free_at - now)
        if yields and (left := max(free_at, self._wanted_until.get(key, now)) - now) > 0:
            raise NotSent(left)
        if wait > MAX_WAIT_SECONDS:
            self._wanted_until[key] = free_at + self._post_every
            raise NotSent(wait)
        if method == POST:
            self._free_at[key] = max(free_at, now) + self._post_every
        self._forget_the_past(now)
        if wait:
            await self._sleep(wait)

    def hold(self, method: str, channel: str, seconds: float) -> None:
        """Slack has asked to wait so long before the next such call."""
        key = _key(method, channel)
        self._free_at[key] = max(self._free_at.get(key, 0.0), self._monotonic() + seconds)

    def _forget_the_past(self, now: float) -> None:
        for known in (self._free_at, self._wanted_until):
            if len(known) > MAX_REMEMBERED:
                for key in [key for key, at in known.items() if at <= now]:
                    del known[key]


def _key(method: str, channel: str) -> str:
    return f"{method} {channel}" if method == POST else method
