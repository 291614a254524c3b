"""Vault's clock, as its answers tell it, and how long a credential may live by it."""

import math
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from workflows.clock_skew import ClockReading

_RESOLUTION = 1.0
"""Seconds: what a Date header is rounded down to (RFC 9110, section 6.6.1)."""


class ServerClock:
    """What every answer's Date says, narrowed down, and carried on by the monotonic clock.

    So it costs no call of its own, and doesn't move when the clock of this machine is set.
    """

    def __init__(self) -> None:
        self._bounds: tuple[float, float] | None = None
        """The least and the most that it is ahead of the monotonic clock, in Unix seconds."""

    def heard(self, date: str | None, sent: float, received: float) -> None:
        """An answer to what was sent and received at these monotonic times; one without a date is ignored."""
        try:
            shown = parsedate_to_datetime(date or "").timestamp()
        except (ValueError, OverflowError):
            return
        least, most = shown - received, shown + _RESOLUTION - sent
        before = self._bounds or (least, most)
        narrowed = (max(least, before[0]), min(most, before[1]))
        self._bounds = narrowed if narrowed[0] <= narrowed[1] else (least, most)

    def earliest(self) -> datetime | None:
        """It is at least so late there; None before the first answer."""
        return _moment(self._bounds[0] + time.monotonic()) if self._bounds else None

    def reading(self) -> ClockReading | None:
        """None before the first answer."""
        if self._bounds is None:
            return None
        least, most = self._bounds
        at = time.monotonic()
        return ClockReading(_moment((least + most) / 2 + at), at, timedelta(seconds=(most - least) / 2))


def seconds_left(ends_at: datetime, granted: timedelta, *clocks: datetime) -> int:
    """Whole seconds that a credential made now may live: until the end by whichever clock is furthest on,
    and never longer than was granted; none or fewer if it is over."""
    return math.floor(min(ends_at - max(clocks), granted).total_seconds())


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
