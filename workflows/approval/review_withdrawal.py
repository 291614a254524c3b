"""Taking back one's own review while the rest is still pending, as access and releases do: the quorum forgets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from workflows.approval.refusal import Wording
from workflows.approval.staged import Given, Staged
from workflows.workflow import Actor, Command, Decision, Event, NoChange, Refused, unmet

NOT_REVIEWED = "You haven't decided on this {what}, so there's nothing to take back."
TOO_LATE = "This {what} is already {status}, so your decision can't be taken back."

R = TypeVar("R", bound=Given)


@dataclass(frozen=True)
class WithdrawReview(Command):
    """Whoever gave a review takes it back, and may decide again."""

    waits_in_doubt = False


class ReviewWithdrawn(Event):
    """`reviewer` took their own review back; it no longer counts."""

    action = "review-withdrawn"
    reviewer: str
    at: datetime


class Reviewed(Staged, Protocol):
    """What is decided in stages, with whoever took a review back, once for each time."""

    @property
    def taken_back(self) -> Sequence[str]: ...


def withdraw_review(state: Reviewed, actor: Actor, now: datetime, say: Wording) -> Decision:
    """Take back one's own review; nobody takes back another's, and nothing is taken back once it is decided."""
    if all(one.reviewer != actor.id for one in state.reviews):
        return NoChange() if actor.id in state.taken_back else _refused("not-reviewed", NOT_REVIEWED, say)
    if state.status != "pending":
        return _refused("decided", TOO_LATE, say, say.status or state.status)
    if now >= state.lapses_at:
        return say.lapsed
    return (ReviewWithdrawn(reviewer=actor.id, at=now),)


def without(reviews: Sequence[R], reviewer: str) -> tuple[R, ...]:
    """The reviews of everybody else."""
    return tuple(one for one in reviews if one.reviewer != reviewer)


def impossible_withdrawal(state: Staged, event: ReviewWithdrawn, actor: Actor, at: datetime) -> str | None:
    """Why this review could not have been taken back then; None if it could."""
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (actor.id == event.reviewer, "someone else than the reviewer took the review back"),
        (
            any(one.reviewer == event.reviewer for one in state.reviews),
            f"{event.reviewer} had not reviewed it",
        ),
        (at < state.lapses_at, "it had expired by then"),
    )


def _refused(code: str, sentence: str, say: Wording, status: str = "") -> Refused:
    return Refused(code, sentence.format(what=say.what, status=status))
