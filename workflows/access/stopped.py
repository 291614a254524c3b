"""What an emergency stop means for one request: it ends, nothing is given, and how far its end is."""

from datetime import datetime

from workflows.access import refusals
from workflows.access.commands import StopAccess
from workflows.access.decide_grant import ending
from workflows.access.events import (
    CredentialRequested,
    Granted,
    GrantStarted,
    Requested,
    Withdrawn,
)
from workflows.access.state import Access
from workflows.access.views import confirmed_by, held_over, troubled, works_until
from workflows.system.stops.refusals import stopped
from workflows.system.stops.state import Ending, Stop
from workflows.workflow import Actor, Decision, Event, NoChange, Refused, World

NOT_CONFIRMED = "Vault hasn't confirmed its end."
_GIVES = (Requested, Granted, GrantStarted, CredentialRequested)


def stop(state: Access, command: StopAccess, actor: Actor, now: datetime) -> Decision:
    """What is pending is closed, and what was granted ends, whether or not it has begun."""
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_REVOKE
    why = refusals.stopped_by(command.stop)
    if state.status == "pending":
        return (Withdrawn(at=now, why=why),)
    if state.grant is None or state.grant.status not in ("scheduled", "active"):
        return NoChange()
    return ending(state, "revoked", actor.id, why, now)


def refused(state: Access | None, events: tuple[Event, ...], world: World) -> Refused | None:
    """Why these events give something that a stop in force is for; None if they give nothing of it."""
    stops = [one for one in world.in_force if isinstance(one, Stop) and one.refuses]
    if not stops or not any(isinstance(one, _GIVES) for one in events):
        return None
    requested = next((one for one in events if isinstance(one, Requested)), None)
    holder, terms = (
        (requested.requester, requested.terms) if requested else (state.requester, state.terms)  # type: ignore[union-attr]
    )
    return next(
        (stopped(one) for one in stops if one.aim.covers(holder, terms.resource, terms.entitlement)), None
    )


def ending_of(state: Access) -> Ending:
    """How far the end of a request is."""
    match state.status:
        case "ended" if held_over(state) is not None:
            return Ending(request=state.id, outcome="ended", confirmed_by=confirmed_by(state))
        case "ended" | "denied" | "withdrawn" | "lapsed":
            return Ending(request=state.id, outcome="closed")
        case _:
            return Ending(request=state.id, works_until=works_until(state), trouble=_trouble(state))


def _trouble(state: Access) -> str | None:
    """Of what is private, only that there is trouble."""
    if not troubled(state):
        return None
    reasons = [one.trouble for one in state.credentials if one.trouble and one.status == "ending"]
    return NOT_CONFIRMED if state.private or not reasons else reasons[0]
