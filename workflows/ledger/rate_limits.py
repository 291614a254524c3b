"""How much one person or machine may have waiting, begin in an hour, and be refused in a minute with a record of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workflows.workflow import Refused

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Limits:
    """`pending` and `started_per_hour` hold for each workflow by itself; `refusals_per_minute` for all together."""

    pending: int = 20
    started_per_hour: int = 60
    refusals_per_minute: int = 30


@dataclass(frozen=True)
class OwnerLoad:
    """What somebody has of one workflow: subjects that are still open, and those begun within the hour."""

    pending: int = 0
    started: int = 0


def crowded(limits: Limits, standing: OwnerLoad) -> Refused | None:
    """Why somebody can't begin another one now, if so."""
    if standing.pending >= limits.pending:
        sentence = (
            f"You have {standing.pending} open already, which is the limit. Withdraw or finish one first."
        )
        return Refused("too-many-pending", sentence)
    if standing.started >= limits.started_per_hour:
        sentence = f"You have started {standing.started} within an hour, which is the limit. Try again later."
        return Refused("too-many-started", sentence)
    return None


@dataclass
class _Minute:
    began: datetime
    times: int = 0


@dataclass
class Refusals:
    """Counts refusals by who was refused: the first of a minute are recorded one by one, the rest as a number."""

    most: int
    _minutes: dict[str, _Minute] = field(default_factory=dict)

    def recorded(self, actor: str, now: datetime) -> bool:
        """Count one more, and whether it is to be recorded by itself."""
        minute = self._minutes.setdefault(actor, _Minute(now))
        minute.times += 1
        return minute.times <= self.most

    def counted(self, now: datetime, closing: bool = False) -> Iterator[tuple[str, int]]:
        """Who was refused more often, and how many times: of minutes that are over, or of all when `closing`."""
        for actor, minute in list(self._minutes.items()):
            if closing or now - minute.began >= MINUTE:
                del self._minutes[actor]
                if minute.times > self.most:
                    yield actor, minute.times - self.most
