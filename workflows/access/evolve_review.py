"""What an approver's verdict makes of the terms: for how long it approves, and under which conditions."""

from workflows.access.events import Reviewed
from workflows.access.limits import Condition
from workflows.access.state import Access, Review


def review_of(state: Access, event: Reviewed) -> Review:
    """The review, with all that was there before if it approves: that is what the approver was shown."""
    if event.verdict == "deny":
        return Review(reviewer=event.reviewer, verdict=event.verdict, at=event.at)
    seconds = min(event.seconds or state.approved_seconds, state.approved_seconds)
    return Review(
        reviewer=event.reviewer,
        verdict=event.verdict,
        at=event.at,
        seconds=seconds if seconds < state.seconds else None,
        conditions=(*state.new_conditions, *_condition(state.id, event)),
    )


def _condition(subject: str, event: Reviewed) -> tuple[Condition, ...]:
    if event.condition_digest is None:
        return ()
    return (
        Condition(of=subject, by=event.reviewer, condition=event.condition, digest=event.condition_digest),
    )
