"""What an emergency stop means for one request: it ends, nothing is given, and how far its end is."""

from datetime import datetime

from workflows.access import refusals
from workflows.access.commands import EndForLeaver, StopAccess
from workflows.access.refused_in_force import close_or_end, given
from workflows.access.state import Access
from workflows.access.views import confirmed_by, troubled, works_until
from workflows.system.stops import refusals as refusals_of_stops
from workflows.system.stops.aim import Aim
from workflows.system.stops.rights import stop_for
from workflows.system.stops.state import Ending
from workflows.workflow import Actor, Decision, Event, Refused, World

NOT_CONFIRMED = "Vault hasn't confirmed its end."


def stop(state: Access, command: StopAccess | EndForLeaver, actor: Actor, now: datetime) -> Decision:
    """What is pending is closed, and what was granted ends, whether or not it has begun."""
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_REVOKE
    why = (
        refusals.left(command.departure)
        if isinstance(command, EndForLeaver)
        else refusals.stopped_by(command.stop)
    )
    return close_or_end(state, actor, why, why, now)


def is_for(aim: Aim, state: Access) -> bool:
    """Whether a stop with this aim ends it: a person's access, and what they proposed that isn't accepted yet."""
    proposed_by = state.asked_by if state.unaccepted else None
    covered = aim.covers(state.requester, state.terms.resource, state.terms.entitlement)
    return covered or proposed_by in aim.accounts


def refused(state: Access | None, events: tuple[Event, ...], world: World) -> Refused | None:
    """Why these events give something that a stop in force is for; None if they give nothing of it."""
    before = given(state, events)
    if before is None:
        return None
    stop = stop_for(world, before.requester, before.terms.resource, before.terms.entitlement)
    if stop is None and before.unaccepted and before.asked_by:
        stop = stop_for(world, before.asked_by)
    return refusals_of_stops.stopped(stop) if stop else None


def ending_of(state: Access) -> Ending:
    """How far the end of a request is."""
    match state.status:
        case "ended" if _had_begun(state):
            return Ending(request=state.id, outcome="ended", confirmed_by=confirmed_by(state))
        case "ended" | "denied" | "withdrawn" | "lapsed":
            return Ending(request=state.id, outcome="closed")
        case _:
            return Ending(request=state.id, works_until=works_until(state), trouble=_trouble(state))


def _had_begun(state: Access) -> bool:
    grant = state.grant
    return grant is not None and grant.ended_at is not None and grant.ended_at >= grant.starts_at


def _trouble(state: Access) -> str | None:
    """Of what is private, only that there is trouble."""
    if not troubled(state):
        return None
    reasons = [one.trouble for one in state.credentials if one.trouble and one.status == "ending"]
    return NOT_CONFIRMED if state.private or not reasons else reasons[0]
