"""What a check of the log's history is, and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from workflows.narrative import LoggedEvent
from workflows.queries.evidence.history import History

Kind = Literal["exception", "prevented"]


@dataclass(frozen=True)
class Noted:
    """Something that an auditor reads in full. `prevented`: someone tried it, and Daypass refused.

    `index` is the event's place in the log, None where no event says it, because nothing happened.
    """

    subject: str
    at: datetime
    sentence: str
    index: int | None = None
    kind: Kind = "exception"


@dataclass(frozen=True)
class Found:
    """What a check found. `population` has the subjects that were looked at, each once; samples are drawn from it."""

    population: tuple[str, ...]
    noted: tuple[Noted, ...] = ()
    counts: tuple[tuple[str, str], ...] = ()
    """More figures: what is counted, and its value."""

    @property
    def exceptions(self) -> tuple[Noted, ...]:
        return tuple(one for one in self.noted if one.kind == "exception")

    @property
    def prevented(self) -> tuple[Noted, ...]:
        return tuple(one for one in self.noted if one.kind == "prevented")


@dataclass(frozen=True)
class Check:
    """A question to a period. `title` is what should hold; `means` says what is looked at, and what an exception is."""

    name: str
    title: str
    means: str
    actions: tuple[str, ...]
    """The events that it looks at."""
    run: Callable[[History], Found]


def subjects(events: Iterable[LoggedEvent]) -> tuple[str, ...]:
    """The subjects of these events, each once, by id."""
    return tuple(sorted({one.subject for one in events}))


def noted(history: History, events: Iterable[LoggedEvent], kind: Kind = "exception") -> tuple[Noted, ...]:
    """These events, told as the console tells them."""
    return tuple(Noted(one.subject, one.at, history.sentence(one), one.index, kind) for one in events)


def in_order(found: Iterable[Noted]) -> tuple[Noted, ...]:
    """Oldest first."""
    return tuple(sorted(found, key=lambda one: (one.at, one.subject, one.sentence)))


def spell_time(at: datetime) -> str:
    """`2026-03-31 09:30:00 UTC`."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
