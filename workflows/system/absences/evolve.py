"""What each event makes of an absence, and which effects it calls for."""

from typing import assert_never

from workflows.system.absences.events import AbsenceEnded, AbsenceEvent, AbsenceStarted, DelegationEnded
from workflows.system.absences.state import Absence
from workflows.workflow import Effect, draw

SHOW_DELEGATION = "show-delegation"
"""Draws what waits for approval: others can decide it now."""


def evolve(state: Absence | None, event: AbsenceEvent) -> Absence:
    """The state after the event."""
    if isinstance(event, AbsenceStarted):
        return Absence(
            id=event.id,
            status="away",
            owner=event.person,
            at=event.at,
            until=event.until,
            delegate=event.delegate,
            groups=event.groups,
            asked=event.delegate,
            earlier=event.earlier,
        )
    assert state is not None, f"{event.action} before started"
    match event:
        case DelegationEnded(why=why):
            return state.model_copy(update={"delegate": None, "groups": (), "delegation_ended": why})
        case AbsenceEnded(how=how, at=at):
            return state.model_copy(update={"status": "over", "how": how, "ended_at": at})
        case _:
            assert_never(event)


def effects(state: Absence, event: AbsenceEvent) -> tuple[Effect, ...]:
    """What the event calls for: its own card, and the cards of what can be decided by others now."""
    return (draw(state.id), Effect(SHOW_DELEGATION, lock=f"{state.id}/delegation"))
