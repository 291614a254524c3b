"""What an access review's removal means for one request: it ends, and nothing is given until the bundle has caught up."""

from datetime import datetime

from workflows.access import refusals
from workflows.access.commands import EndRemoved
from workflows.access.refused_in_force import close_or_end, given
from workflows.access.state import Access
from workflows.system.access_reviews import refusals as refusals_of_reviews
from workflows.system.access_reviews.removals import removal_for
from workflows.workflow import Actor, Decision, Event, Refused, World


def end_removed(state: Access, command: EndRemoved, actor: Actor, world: World, now: datetime) -> Decision:
    """What is pending is closed, and what was granted ends, whether or not it has begun."""
    found = removal_for(world, state.requester, state.terms.entitlement)
    if found is None or actor.id != found[1].by:
        return refusals.NOT_YOURS_TO_REVOKE
    title = found[0].title
    return close_or_end(state, actor, why_removed(title), why_removed(title, command.reason), now)


def why_removed(review: str, reason: str = "") -> str:
    """Why a request was closed, or access was revoked, by a review; what reviewers type is only told with the grant."""
    return f"Removed in the access review {review}{f': {reason}' if reason else '.'}"


def refused(state: Access | None, events: tuple[Event, ...], world: World) -> Refused | None:
    """Why these events give something that a review removed; None if they give nothing of it."""
    before = given(state, events)
    found = removal_for(world, before.requester, before.terms.entitlement) if before else None
    return refusals_of_reviews.removed(before.terms.title, found[0].title) if before and found else None
