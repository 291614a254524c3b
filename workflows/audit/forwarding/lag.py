"""How far event sinks are behind, as any process can read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workflows.audit.forwarding.cursors import Cursors
from workflows.audit.forwarding.log_reader import LogReader
from workflows.database.store import Store


@dataclass(frozen=True)
class Lag:
    """How many events wait for a sink, the place of the first of them, and when it happened (None if nothing waits)."""

    name: str
    waiting: int
    place: int
    since: datetime | None

    def seconds(self, now: datetime) -> float:
        """For how long the first has waited."""
        return max(0.0, (now - self.since).total_seconds()) if self.since else 0.0


async def read_lags(store: Store, names: Iterable[str]) -> list[Lag]:
    """How far each of these sinks is behind."""
    cursors, reader = Cursors(store), LogReader(store)
    size = await reader.size()
    found = []
    for name in names:
        place = await cursors.next_place(name)
        first = await reader.events(place, 1) if place < size else []
        found.append(Lag(name, max(0, size - place), place, first[0].at if first else None))
    return found


def spell_lag(lag: Lag) -> str:
    """How far a sink is behind, in words."""
    if not lag.since:
        return "has every event"
    noun = "event waits" if lag.waiting == 1 else "events wait"
    return f"{lag.waiting} {noun}, the first, {lag.place}, since {lag.since:%Y-%m-%d %H:%M} UTC"
