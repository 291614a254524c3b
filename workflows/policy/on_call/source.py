"""What a source of on-call people is: it says who is on call at a moment, and for how long that holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workflows.policy.schema.on_call import OnCallBlock


@dataclass(frozen=True)
class Shift:
    """Who is on call from `since` until just before `until`; None: without limit.

    `people` are named as in the bundle, by e-mail address or Slack user id. Nobody is an answer too.
    """

    people: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None

    def holds_at(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


NOBODY = Shift(())


@dataclass(frozen=True)
class OnCallSource:
    """A source, by the field that names it. `shift_at` is pure: the same schedule and moment give the same shift.

    A source that can't tell answers with nobody. It never guesses, and never answers with everybody.
    """

    name: str
    shift_at: Callable[[OnCallBlock, datetime], Shift]
