"""Access that ends when something outside ends, such as a run or a ticket: what is seen of it, and what that means.

What is outside only ever shortens access: whatever is seen of it, the grant ends at its time. While nobody can see it,
access goes on to that time, and the card says so. Each kind is one `EndsWith`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from workflows.access import refusals
from workflows.access.decide_grant import ending
from workflows.access.events import AccessEvent, Withdrawn
from workflows.access.state import Access, How, Status
from workflows.audit.possibility import Why
from workflows.workflow import Actor, Decision, NoChange, Occurred, unmet


class Reading(Protocol):
    """What was seen of it."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""

    @property
    def unseen(self) -> str:
        """Why it can't be seen, as a sentence; empty if it is seen."""


R = TypeVar("R", bound=Reading)


@dataclass(frozen=True)
class EndsWith(Generic[R]):
    """One kind of thing with which access ends: what of the state is about it, and the events of what is seen."""

    word: str
    """What people call it, such as “run”."""
    how: How
    while_in: tuple[Status, ...]
    """Statuses in which it matters."""
    is_named: Callable[[Access], bool]
    unseen_since: Callable[[Access], datetime | None]
    ended: Callable[[Access, R, datetime], AccessEvent]
    unreadable: Callable[[Access, str, datetime], AccessEvent]
    readable: Callable[[Access, datetime], AccessEvent]
    why: Callable[[R], str]
    """Why access ended, to whoever had it."""

    def matters(self, state: Access) -> bool:
        """Whether access may end with it now."""
        return self.is_named(state) and state.status in self.while_in


def report(kind: EndsWith[R], state: Access, reading: R, actor: Actor, now: datetime) -> Decision:
    """Daypass has looked at it. Each change of what is seen is an event once."""
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_REPORT
    if not kind.matters(state):
        return NoChange()
    if reading.is_over:
        return _over(kind, state, reading, actor, now)
    unseen, before = reading.unseen, kind.unseen_since(state)
    if unseen:
        return NoChange() if before else (kind.unreadable(state, unseen, now),)
    return (kind.readable(state, now),) if before else NoChange()


def _over(kind: EndsWith[R], state: Access, reading: R, actor: Actor, now: datetime) -> Decision:
    ended, why = kind.ended(state, reading, now), kind.why(reading)
    if state.status == "pending":
        return (ended, Withdrawn(at=now, why=why))
    return (ended, *ending(state, kind.how, actor.id, why, now))


def impossible_report(kind: EndsWith[R], state: Access, now: Occurred) -> Why:
    """Why nothing could have been seen of it then; None if it could."""
    return unmet(
        (kind.is_named(state), f"it doesn't end with this {kind.word}"),
        (state.status in kind.while_in, f"it was {state.status} already"),
        (now.actor.is_daypass, f"someone else than Daypass watched the {kind.word}"),
    )


def impossible_change(kind: EndsWith[R], state: Access, now: Occurred, *, to_unseen: bool) -> Why:
    """Why it could not have become unseen, or seen again, then; None if it could."""
    unseen = kind.unseen_since(state) is not None
    before = "it couldn't be seen before" if to_unseen else "it could be seen before"
    return impossible_report(kind, state, now) or unmet((unseen != to_unseen, before))
