"""What an access review's removal means for one request: it ends, and nothing is given until the bundle has caught up."""

from datetime import datetime

from workflows.access import refusals
from workflows.access.commands import EndRemoved
from workflows.access.decide_grant import ending
from workflows.access.events import CredentialRequested, Granted, GrantStarted, Requested, Withdrawn
from workflows.access.on_behalf.events import ProposalAccepted
from workflows.access.state import Access
from workflows.system.access_reviews import refusals as refusals_of_reviews
from workflows.system.access_reviews.removals import removal_for
from workflows.workflow import Actor, Decision, Event, NoChange, Refused, World

_GIVES = (Requested, ProposalAccepted, Granted, GrantStarted, CredentialRequested)


def end_removed(state: Access, command: EndRemoved, actor: Actor, world: World, now: datetime) -> Decision:
    """What is pending is closed, and what was granted ends, whether or not it has begun."""
    found = removal_for(world, state.requester, state.terms.entitlement)
    if found is None or actor.id != found[1].by:
        return refusals.NOT_YOURS_TO_REVOKE
    why = why_removed(found[0].title, command.reason)
    if state.status in ("proposed", "pending"):
        return (Withdrawn(at=now, why=why_removed(found[0].title)),)
    if state.grant is None or state.grant.status not in ("scheduled", "active"):
        return NoChange()
    return ending(state, "revoked", actor.id, why, now)


def why_removed(review: str, reason: str = "") -> str:
    """Why a request was closed, or access was revoked, by a review; what reviewers type is only told with the grant."""
    return f"Removed in the access review {review}{f': {reason}' if reason else '.'}"


def refused(state: Access | None, events: tuple[Event, ...], world: World) -> Refused | None:
    """Why these events give something that a review removed; None if they give nothing of it."""
    if not any(isinstance(one, _GIVES) for one in events):
        return None
    requested = next((one for one in events if isinstance(one, Requested)), None)
    if requested:
        holder, terms = requested.requester, requested.terms
    else:
        assert state is not None
        holder, terms = state.requester, state.terms
    found = removal_for(world, holder, terms.entitlement)
    return refusals_of_reviews.removed(terms.title, found[0].title) if found else None
