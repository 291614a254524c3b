"""What is seen of a ticket when access would be given, and while it lasts."""

from datetime import datetime

from workflows.access import decide_request, decide_scheduled, refusals
from workflows.access.commands import AccessCommand, ReviewAccess, StartGrant
from workflows.access.conditions import AcceptConditions
from workflows.access.decide_acceptance import accept
from workflows.access.ends_with import EndsWith, report
from workflows.access.events import GrantStarted
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.on_behalf.decide import decide_proposed
from workflows.access.on_behalf.refusals import not_allowed
from workflows.access.scheduling import CancelScheduled
from workflows.access.state import Access
from workflows.access.tickets import TicketClosed, TicketReadable, TicketUnreadable
from workflows.policy.evaluation.objections import TICKET_UNSEEN
from workflows.policy.evaluation.tickets import lacks_reading, projects_of, ticket_objections
from workflows.policy.tickets import TicketReading
from workflows.workflow import Actor, Decision, NoChange, Refused, TimePassed, World

CLOSED = "Its ticket was closed."
LOOKED_UP_NOW = "Its ticket would be looked up now, so the requester has to send a new request."


def review_or_accept(
    state: Access, command: ReviewAccess | AcceptConditions, actor: Actor, world: World, now: datetime
) -> Decision:
    """A verdict, or the acceptance of conditions, by the ticket as it is now."""
    seen = as_seen(state, command.ticket_found)
    if isinstance(command, ReviewAccess):
        decision = decide_request.review(seen, command, actor, world, now)
    else:
        decision = accept(seen, command, actor, world, now)
    gives = isinstance(decision, tuple) and (
        isinstance(command, AcceptConditions) or command.verdict == "approve"
    )
    if gives and (why := _never_seen(state) or _against(seen, world)):
        decision = refusals.no_longer_allowed(why)
    return _for_now(decision, command.ticket_found)


def decide_proposal(
    state: Access, command: AccessCommand | TimePassed, actor: Actor, world: World, now: datetime
) -> Decision:
    """What is done about a request for somebody else; accepting it goes by the ticket as it is now."""
    if not isinstance(command, AcceptProposal):
        return decide_proposed(state, command, actor, world, now)
    seen = as_seen(state, command.ticket_found)
    decision = decide_proposed(seen, command, actor, world, now)
    if isinstance(decision, tuple) and (why := _never_seen(state) or _against(seen, world)):
        decision = not_allowed(why)
    return _for_now(decision, command.ticket_found)


def _for_now(decision: Decision, found: TicketReading | None) -> Decision:
    """The decision; where only the ticket's system is away, that is said."""
    refused = isinstance(decision, Refused) and decision.code == "no-longer-allowed"
    if not refused or found is None or found.status != "unreadable":
        return decision
    sentence = f"The ticket can't be checked, so nothing changed: {found.why} Try again in a moment."
    return Refused(TICKET_UNSEEN, sentence)


def _never_seen(state: Access) -> str:
    """Why a request can't be approved that was made before its ticket was looked up: it wouldn't end with it."""
    unseen = bool(state.ticket) and lacks_reading(state.terms.ticket, state.ticket_found)
    return LOOKED_UP_NOW if unseen else ""


def _against(seen: Access, world: World) -> str:
    """What stands against its ticket by the request's own terms, which a later bundle doesn't loosen."""
    if not seen.ticket:
        return ""
    own = projects_of(world.bundle, world.directory.groups_of(seen.requester))
    against = ticket_objections(seen.terms.ticket, seen.ticket_found, own)
    return " ".join(one.sentence for one in against)


def start(state: Access, command: StartGrant, actor: Actor, world: World, now: datetime) -> Decision:
    """A scheduled grant begins by the ticket as it is now; while that can't be seen, it waits."""
    seen, found = as_seen(state, command.ticket_found), command.ticket_found
    if found and found.status == "unreadable":
        waits = state.status == "scheduled"
        return report(WITH_TICKET, seen, found, actor, now) if waits else NoChange()
    decision = decide_scheduled.start(seen, actor, world, now)
    if not isinstance(decision, tuple):
        return decision
    if isinstance(decision[0], GrantStarted) and (why := _against(seen, world)):
        return decide_scheduled.cancel(state, CancelScheduled(state.id, why), actor, now)
    readable = (TicketReadable(at=now),) if state.ticket_unseen_since and found else ()
    return (*readable, *decision)


def as_seen(state: Access, found: TicketReading | None) -> Access:
    """The request with its ticket as it was just seen; as it was, if nobody has looked."""
    return state.model_copy(update={"ticket_found": found}) if found else state


WITH_TICKET: EndsWith[TicketReading] = EndsWith(
    word="ticket",
    how="ticket closed",
    while_in=("scheduled", "active"),
    is_named=lambda state: state.ticket_found is not None,
    unseen_since=lambda state: state.ticket_unseen_since,
    ended=lambda state, reading, now: TicketClosed(said=reading.said or "closed", at=now),
    unreadable=lambda state, why, now: TicketUnreadable(reason=why, at=now),
    readable=lambda state, now: TicketReadable(at=now),
    why=lambda reading: CLOSED,
)
