"""How often the app may call: by method and minute, and one message a second a channel.

Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable

from bot.demo.slack_sandbox.failed import Failed
from bot.demo.slack_sandbox.methods import METHODS

MINUTE = 60.0
BETWEEN_MESSAGES = 1.0
"""Seconds from one message to the next in the same channel."""
POST = "chat.postMessage"


class Limited(Failed):
    """Too often: HTTP 429, with the seconds to wait."""

    def __init__(self, word: str, wait: float) -> None:
        super().__init__(word)
        self.retry_after = max(1, math.ceil(wait))


class Rates:
    """Counts the calls of the last minute. `speed`: how much faster than Slack's minute goes by; 0: no limits."""

    def __init__(self, speed: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.speed = speed
        self._clock = clock
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._posted: dict[str, float] = {}

    def count(self, method: str, channel: str = "") -> None:
        """Count a call. Raises Limited if it is one too many; such a call doesn't count."""
        if not self.speed:
            return
        now = self._clock()
        calls, minute = self._calls[method], MINUTE / self.speed
        while calls and calls[0] <= now - minute:
            calls.popleft()
        if len(calls) >= METHODS[method].tier.per_minute:
            raise Limited("ratelimited", calls[0] + minute - now)
        if method == POST:
            self._count_message(channel, now)
        calls.append(now)

    def _count_message(self, channel: str, now: float) -> None:
        free = self._posted.get(channel, -math.inf) + BETWEEN_MESSAGES / self.speed
        if now < free:
            raise Limited("rate_limited", free - now)
        self._posted[channel] = now
