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

    async def turn(self, method: str, channel: str) -> None:
        """Return when the call may be sent. Raises NotSent if that is too far off."""
        key, now = _key(method, channel), self._monotonic()
        free_at = self._free_at.get(key, now)
        wait = max(0.0, free_at - now)
        if wait > MAX_WAIT_SECONDS:
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
        if len(self._free_at) > MAX_REMEMBERED:
            self._free_at = {key: at for key, at in self._free_at.items() if at > now}


def _key(method: str, channel: str) -> str:
    return f"{method} {channel}" if method == POST else method
