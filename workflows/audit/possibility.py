"""Whether an event could have happened: each workflow has a table of judges, and one function goes by it.

A judge looks at what the events themselves recorded, and asks no directory and no clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.workflow import Event, Occurred

Why = str | None
"""Why it could not have happened, as the end of a sentence; None if it could."""
Past = Sequence[Occurred]
"""What happened to the subject before, oldest first."""


@dataclass(frozen=True)
class Claim:
    """What an event says of another subject. `refuted` takes that subject's events before this one, and says why they
    don't bear it out; None if they do."""

    subject: str
    refuted: Callable[[Past], Why]


Impossible = Callable[[Any, Past, Occurred], Why]
"""Judges an event by its subject's state and past. The state is None before the first event."""
Judges = Mapping[type[Event], Callable[[Any, Past, Occurred, Any], Why]]
"""Who judges which event. Any other is possible as soon as its subject exists."""


def judged(begins: type[Event], judges: Judges, absent: str) -> Impossible:
    """Make a workflow's `impossible`: `begins` alone may come first, and `absent` says what any other lacks."""

    def impossible(state: Any, past: Past, now: Occurred) -> Why:
        if state is None and not isinstance(now.event, begins):
            return absent
        judge = judges.get(type(now.event))
        return judge(state, past, now, now.event) if judge else None

    return impossible
