"""What each event makes of a departure."""

from typing import Any, assert_never

from workflows.system.departures.events import (
    AccessFound,
    Added,
    Confirmed,
    DepartureEvent,
    Ended,
    Rejected,
    Reported,
    Returned,
)
from workflows.system.departures.state import Departure


def evolve(state: Departure | None, event: DepartureEvent) -> Departure:
    """Give the state after the event."""
    if isinstance(event, Reported):
        return Departure(
            id=event.id,
            status="held" if event.held else "ending",
            people=event.people,
            at=event.at,
            limit=event.limit,
            recent=event.recent,
        )
    assert state is not None, f"{event.action} before reported"
    match event:
        case Added(people=people):
            return _with(state, people=(*state.people, *people))
        case Returned(people=people):
            back = frozenset(people)
            left = tuple(one for one in state.people if one not in back)
            return _with(state, people=left, status=state.status if left else "over")
        case Confirmed(by=by, at=at):
            return _with(state, status="ending", decided_by=by, decided_at=at)
        case Rejected(by=by, at=at):
            return _with(state, status="rejected", decided_by=by, decided_at=at)
        case AccessFound(requests=requests):
            return _with(state, requests=(*state.requests, *requests))
        case Ended():
            return _with(state, status="over")
        case _:
            assert_never(event)


def _with(state: Departure, **changes: Any) -> Departure:
    return state.model_copy(update=changes)
