"""What each event of a release's exceptions makes of it, and what it calls for."""

from typing import Any, assert_never

from workflows.releases.exceptions.events import (
    ExceptionEvent,
    ExceptionRequested,
    ExceptionReviewDue,
    ExceptionReviewed,
    ExceptionReviewOverdue,
)
from workflows.releases.exceptions.state import ExceptionReview, GateException, with_stage
from workflows.releases.state import Release
from workflows.workflow import Effect, draw, tell


def evolve_exceptions(state: Release, event: ExceptionEvent) -> Release:
    """The state after the event. What has a further exception is checked again before anybody decides."""
    match event:
        case ExceptionRequested():
            asked = GateException(
                gate=event.gate,
                cause=event.cause,
                by=event.by,
                reason=event.reason,
                at=event.at,
                until=event.until,
            )
            exceptions, terms = (*state.exceptions, asked), with_stage(state.terms)
            return _with(state, status="proposed", exceptions=exceptions, terms=terms)
        case ExceptionReviewDue(due_at=due_at):
            return _with(state, exception_review=ExceptionReview(due_at=due_at))
        case ExceptionReviewed():
            return _reviewed(
                state,
                reviewer=event.reviewer,
                verdict=event.verdict,
                reason=event.reason,
                at=event.at,
            )
        case ExceptionReviewOverdue():
            return _reviewed(state, overdue=True)
        case _:
            assert_never(event)


def exception_effects(state: Release, event: ExceptionEvent) -> tuple[Effect, ...]:
    """What the event calls for, given the state after it."""
    cards = draw(state.id)
    match event:
        case ExceptionReviewDue(people=people) | ExceptionReviewOverdue(people=people):
            return (cards, *(tell(state.id, one, event.action) for one in people))
        case ExceptionReviewed():
            return (cards, tell(state.id, state.requester, event.action))
        case ExceptionRequested():
            return (cards,)
        case _:
            assert_never(event)


def _reviewed(state: Release, **changes: Any) -> Release:
    assert state.exception_review is not None
    return _with(state, exception_review=state.exception_review.model_copy(update=changes))


def _with(state: Release, **changes: Any) -> Release:
    return state.model_copy(update=changes)
