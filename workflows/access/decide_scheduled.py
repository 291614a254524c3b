"""A scheduled grant: begun at its time if the rules still allow it, and cancelled otherwise."""

from datetime import datetime

from workflows.access import refusals, separation
from workflows.access.decide_grant import ending
from workflows.access.decide_request import assess_again
from workflows.access.events import GrantStarted
from workflows.access.scheduling import CancelScheduled
from workflows.access.state import Access
from workflows.policy.evaluation.objections import Field
from workflows.workflow import Actor, Decision, NoChange, Refused, World


def start(state: Access, actor: Actor, world: World, now: datetime) -> Decision:
    """The grant begins at its time, told by Daypass alone, which has looked at the grant that it extends.

    If its holder has by now what the bundle separates from it, it is cancelled instead.
    """
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_START
    if state.grant is None or state.grant.status != "scheduled":
        return NoChange()
    if not state.grant.starts_at <= now < state.grant.ends_at:
        return NoChange()
    if doubt := world.doubt_about(state.requester):
        return Refused("unconfirmed", doubt)
    if why := why_not_anymore(state, world, now) or separation.why_not_started(state, world):
        return ending(state, "cancelled", actor.id, why, now)
    return (GrantStarted(at=now),)


def cancel(state: Access, command: CancelScheduled, actor: Actor, now: datetime) -> Decision:
    """Daypass has found that it can't begin."""
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_REVOKE
    if state.grant is None or state.grant.status != "scheduled":
        return NoChange()
    return ending(state, "cancelled", actor.id, command.reason, now)


def reassess(state: Access, actor: Actor, world: World, now: datetime) -> Decision:
    """The rules or the people have changed: what they no longer allow is cancelled before it begins.

    The ticket is looked at when it begins.
    """
    if state.grant is None or state.grant.status != "scheduled" or world.doubt_about(state.requester):
        return NoChange()
    why = why_not_anymore(state, world, max(now, state.grant.starts_at), ("approvers", "ticket"))
    return ending(state, "cancelled", actor.id, why, now) if why else NoChange()


def why_not_anymore(
    state: Access, world: World, at: datetime, beside: tuple[Field, ...] = ("approvers",)
) -> str | None:
    """Why the requester wouldn't be let ask for this at that moment; None if they would.

    What is `beside` the point isn't judged: who could approve it doesn't matter any more, for it is approved.
    """
    again = assess_again(state, world, at)
    against = [one.sentence for one in again.problems if one.field not in beside]
    return " ".join(against) or None
