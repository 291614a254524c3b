"""What a source of on-call people is: it says who is on call at a moment, and for how long that holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from workflows.policy.schema.on_call import OnCallBlock

NOT_READ_YET = "It hasn't been read yet."


@dataclass(frozen=True)
class Shift:
    """Who is on call from `since` until just before `until`; None: without limit.

    `people` are named as in the bundle, by e-mail address or Slack user id. Nobody is an answer too.
    """

    people: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None
    unknown: str = ""
    """Why nobody can tell who is on call, as a sentence; empty if it is known."""

    def holds_at(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


NOBODY = Shift(())


@dataclass(frozen=True)
class Span:
    """Somebody is on call from `begins` until just before `ends`; None: without limit."""

    person: str
    begins: datetime | None = None
    ends: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return (self.begins is None or self.begins <= at) and (self.ends is None or at < self.ends)


@dataclass(frozen=True)
class Roster:
    """What an outside schedule said when it was last read. From `known_until` on, nobody can tell who is on call.

    `fault` is why it couldn't be read since, as a sentence.
    """

    spans: tuple[Span, ...] = ()
    known_until: datetime | None = None
    fault: str = field(default=NOT_READ_YET, compare=False)


@dataclass(frozen=True)
class OnCallSource:
    """A source, by the field that names it. `shift_at` is pure: the same schedule, roster and moment give the same shift.

    A source that can't tell answers with nobody, and says why. It never guesses, and never answers with everybody.
    """

    name: str
    shift_at: Callable[[OnCallBlock, Roster, datetime], Shift]
    outside: bool = False
    """Whether who is on call is read from elsewhere, as the roster."""
