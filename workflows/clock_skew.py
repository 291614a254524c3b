"""How far this machine's clock is from the others that grants are measured by: the database's and Vault's.

A reading of another clock is carried on by the monotonic clock, so that a clock that is set afterwards shows
at once, and not only when the other is asked again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CLOCKS_DIFFER = "clocks-differ"
"""The code of what is refused because of it; it may be asked for again."""
TOO_FAR_AHEAD = timedelta(seconds=30)
"""A subject whose last event lies further in the future was changed by a clock that was wrong."""
FROM_THE_FUTURE = (
    "The last event here is dated in the future, so a clock was wrong. Daypass can't tell when access would end. "
    "Nothing was changed. Make a new request."
)
DRIFT = 2e-4
"""How much a clock may go wrong in a second: the error of a reading grows by that."""
CALM = 0.5
"""Below this part of the bound an alarm is over, so that it doesn't come and go."""


def utc_now() -> datetime:
    """Now, by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class ClockReading:
    """What another clock showed at `at`, on the monotonic clock, give or take `error`."""

    time: datetime
    at: float
    error: timedelta


@dataclass(frozen=True)
class Bounds:
    """From what difference on there is an alarm, and from what on nothing is granted."""

    alarm: timedelta
    refuse: timedelta


class Clocks:
    """The clocks that were read, against this machine's."""

    def __init__(
        self,
        now: Callable[[], datetime],
        bounds: Bounds,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._bounds = bounds
        self._monotonic = monotonic
        self._readings: dict[str, ClockReading] = {}
        self._alarmed = False

    def heard(self, whose: str, reading: ClockReading | None) -> None:
        """What `whose` clock showed ("Vault's", "the database's"); what can't be read stays as it was."""
        if reading is not None:
            self._readings[whose] = reading

    def difference(self, whose: str) -> timedelta:
        """By how much that clock is ahead of this machine's, at least; negative if it is behind."""
        reading = self._readings[whose]
        since = timedelta(seconds=self._monotonic() - reading.at)
        ahead = reading.time + since - self._now()
        unsure = reading.error + since * DRIFT
        if ahead > timedelta():
            return max(timedelta(), ahead - unsure)
        return min(timedelta(), ahead + unsure)

    @property
    def refusal(self) -> str | None:
        """Why nothing can be granted and no credential made now; None if it can."""
        whose = self._beyond(self._bounds.refuse)
        if not whose:
            return None
        return (
            f"Daypass's clock differs from {whose} by more than {_told(self._bounds.refuse)}, so it can't tell "
            "when access would end. Nothing changed. Try again when an operator has set the clocks right."
        )

    def alarm(self, host: str) -> str | None:
        """What to alarm about, in the same words as long as it is the same; None if all is well."""
        if whose := self._beyond(self._bounds.refuse):
            meaning = "Nothing is granted and no credential is created until then; access still ends on time"
            bound = self._bounds.refuse
        elif whose := self._beyond(self._bounds.alarm * (CALM if self._alarmed else 1)):
            meaning = f"Access may end that much early or late; beyond {_told(self._bounds.refuse)} nothing is granted"
            bound = self._bounds.alarm
        self._alarmed = whose is not None
        if whose is None:
            return None
        return (
            f"The clock of {host} differs from {whose} by more than {_told(bound)}. {meaning}. "
            "Set both from the same time servers (NTP). This alarm clears itself."
        )

    def _beyond(self, bound: timedelta) -> str | None:
        names = [whose for whose in sorted(self._readings) if abs(self.difference(whose)) > bound]
        return " and ".join(names) or None


def _told(bound: timedelta) -> str:
    return f"{bound.total_seconds():g} s"
