"""What each event makes of an emergency stop, and which effects it calls for."""

from typing import Any, assert_never

from workflows.system.stops.aim import Aim
from workflows.system.stops.events import (
    Confirmed,
    Found,
    GrantEnded,
    GrantLeftToExpire,
    GrantNotEnded,
    Lifted,
    Pressed,
    RequestClosed,
    SessionsEnded,
    StopEvent,
)
from workflows.system.stops.state import Ending, Stop
from workflows.workflow import Effect, draw


def evolve(state: Stop | None, event: StopEvent) -> Stop:
    """The state after the event."""
    if isinstance(event, Pressed):
        return Stop(
            id=event.id,
            status="stopping",
            owner=event.by,
            aim=Aim(person=event.person, accounts=event.accounts, target=event.target),
            reason=event.reason,
            at=event.at,
            until=event.until,
        )
    assert state is not None, f"{event.action} before pressed"
    match event:
        case Found(requests=requests):
            new = tuple(Ending(request=one) for one in requests)
            return _with(state, endings=(*state.endings, *new))
        case SessionsEnded(number=number):
            return _with(state, sessions=state.sessions + number)
        case RequestClosed(request=request, at=at):
            return _ending(state, request, outcome="closed", at=at)
        case GrantEnded(request=request, at=at, confirmed_by=by):
            return _ending(state, request, outcome="ended", at=at, confirmed_by=by, trouble=None)
        case GrantLeftToExpire(request=request, works_until=until):
            return _ending(state, request, works_until=until, trouble=None)
        case GrantNotEnded(request=request, reason=reason):
            return _ending(state, request, trouble=reason)
        case Confirmed(at=at):
            return _with(state, confirmed_at=at, status="in force" if state.refuses else "over")
        case Lifted(at=at, by=by):
            status = "over" if state.confirmed_at else state.status
            return _with(state, lifted_at=at, lifted_by=by, status=status)
        case _:
            assert_never(event)


def effects(state: Stop, event: StopEvent) -> tuple[Effect, ...]:
    """What the event calls for: everything is ended as soon as it is pressed."""
    cards = draw(state.id)
    if isinstance(event, Pressed):
        return (Effect("stop", lock=f"{state.id}/stop", priority=0), cards)
    return (cards,)


def _with(state: Stop, **changes: Any) -> Stop:
    return state.model_copy(update=changes)


def _ending(state: Stop, request: str, **changes: Any) -> Stop:
    endings = tuple(
        one.model_copy(update=changes) if one.request == request else one for one in state.endings
    )
    return _with(state, endings=endings)
