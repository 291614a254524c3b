"""What each event of break-glass makes of an access request, and what it calls for."""

from typing import Any, assert_never

from workflows.access.break_glass.events import (
    BreakGlassEvent,
    BreakGlassIncidentLinked,
    BreakGlassReviewed,
    BreakGlassReviewersFound,
    BreakGlassReviewersMissing,
    BreakGlassReviewEscalated,
    BreakGlassReviewOverdue,
    BreakGlassReviewReminded,
    BreakGlassTaken,
)
from workflows.access.break_glass.state import BreakGlass, BreakGlassReview
from workflows.access.state import Access
from workflows.workflow import Effect, tell


def evolve_break_glass(state: Access, event: BreakGlassEvent) -> Access:
    """The state after the event."""
    match event:
        case BreakGlassTaken():
            taken = BreakGlass(taken_at=event.at, review_by=event.review_by, denied=event.denied)
            return state.model_copy(
                update={"status": "approved", "decided_at": event.at, "break_glass": taken}
            )
        case BreakGlassReviewed():
            review = BreakGlassReview(
                reviewer=event.reviewer, verdict=event.verdict, reason=event.reason, at=event.at
            )
            return _with(state, review=review, short=False)
        case BreakGlassReviewReminded(number=number):
            return _with(state, reminded=number)
        case BreakGlassReviewEscalated():
            return _with(state, escalated=True)
        case BreakGlassReviewOverdue():
            return _with(state, overdue=True, reminded=max(1, _reminded(state)))
        case BreakGlassReviewersMissing():
            return _with(state, short=True)
        case BreakGlassReviewersFound():
            return _with(state, short=False)
        case BreakGlassIncidentLinked(number=number):
            return _with(state, incident=number)
        case _:
            assert_never(event)


def break_glass_effects(state: Access, event: object) -> tuple[Effect, ...]:
    """What the event calls for besides new cards, given the state after it."""
    match event:
        case BreakGlassTaken():
            checked = Effect("check-break-glass", lock=f"{state.id}/break-glass", priority=1)
            return (checked, *_opened_incident(state))
        case BreakGlassReviewEscalated(people=people):
            return tuple(tell(state.id, one, event.action) for one in people)
        case BreakGlassReviewOverdue(people=people):
            blocked = tell(state.id, state.owner, "break-glass-blocked")
            return (*(tell(state.id, one, event.action) for one in people), blocked)
        case BreakGlassReviewed():
            return (tell(state.id, state.owner, event.action),)
        case _:
            return ()


def _opened_incident(state: Access) -> tuple[Effect, ...]:
    terms = state.terms.break_glass
    if terms is None or terms.incident is None:
        return ()
    payload = terms.incident.model_dump()
    return (Effect("open-incident", lock=f"{state.id}/incident", payload=payload, priority=2),)


def _reminded(state: Access) -> int:
    return state.break_glass.reminded if state.break_glass else 0


def _with(state: Access, **changes: Any) -> Access:
    assert state.break_glass is not None
    return state.model_copy(update={"break_glass": state.break_glass.model_copy(update=changes)})
