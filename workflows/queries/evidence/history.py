"""What happened in a period, as the checks of an evidence pack look at it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from workflows.narrative import LoggedEvent
from workflows.ports import Directory
from workflows.queries.evidence.period import Period
from workflows.workflow import State

S = TypeVar("S", bound=State)


@dataclass(frozen=True)
class History:
    """`events` are oldest first, all of the period that some check looks at; `states` are as they stand `at` that moment.

    `states` has every subject of the events, and what was open before. Nothing private is in either.
    """

    period: Period
    at: datetime
    events: tuple[LoggedEvent, ...]
    states: Mapping[str, State]
    checkpoints: tuple[datetime, ...]
    """When each checkpoint of the period was signed."""
    signed_before: datetime | None
    """When the newest one before the period was signed; None if there was none."""
    late_after: timedelta
    """After its promised end, within which a grant has to be confirmed gone."""
    directory: Directory
    sentence: Callable[[LoggedEvent], str]
    """Tells an event, as the console does."""

    @property
    def judged_at(self) -> datetime:
        """The moment by which something had to be done: the period's end, or now if it isn't over."""
        return min(self.at, self.period.ends)

    def of(self, *actions: str) -> tuple[LoggedEvent, ...]:
        """The events with one of these actions."""
        return tuple(one for one in self.events if one.action in actions)

    def all(self, kind: type[S]) -> tuple[S, ...]:
        """Every subject of a workflow that is known here, by id."""
        return tuple(one for _, one in sorted(self.states.items()) if isinstance(one, kind))

    def state(self, kind: type[S], subject: str) -> S | None:
        """The subject's state."""
        found = self.states.get(subject)
        return found if isinstance(found, kind) else None

    def names(self, people: Collection[str]) -> str:
        """People by name, with their ids."""
        return ", ".join(f"{self.directory.name_of(one)} ({one})" for one in sorted(people)) or "nobody"
