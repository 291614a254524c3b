"""What is seen of a ticket when access would be given, and while it lasts."""

from datetime import datetime

from workflows.access import decide_request, decide_scheduled
from workflows.access.commands import ReviewAccess, StartGrant
from workflows.access.conditions import AcceptConditions
from workflows.access.decide_acceptance import accept
from workflows.access.ends_with import EndsWith, report
from workflows.access.state import Access
from workflows.access.tickets import TicketClosed, TicketReadable, TicketUnreadable
from workflows.policy.evaluation.objections import TICKET_UNSEEN
from workflows.policy.tickets import TicketReading
from workflows.workflow import Actor, Decision, Refused, World

CLOSED = "Its ticket was closed."


def review_or_accept(
    state: Access, command: ReviewAccess | AcceptConditions, actor: Actor, world: World, now: datetime
) -> Decision:
    """A verdict, or the acceptance of conditions, by the ticket as it is now."""
    seen = as_seen(state, command.ticket_found)
    if isinstance(command, ReviewAccess):
        decision = decide_request.review(seen, command, actor, world, now)
    else:
        decision = accept(seen, command, actor, world, now)
    found = command.ticket_found
    refused = isinstance(decision, Refused) and decision.code == "no-longer-allowed"
    if refused and found and found.status == "unreadable":
        sentence = f"The ticket can't be checked, so nothing changed: {found.why} Try again in a moment."
        return Refused(TICKET_UNSEEN, sentence)
    return decision


def start(state: Access, command: StartGrant, actor: Actor, world: World, now: datetime) -> Decision:
    """A scheduled grant begins by the ticket as it is now; while that can't be seen, it waits."""
    seen = as_seen(state, command.ticket_found)
    if command.ticket_found and command.ticket_found.status == "unreadable":
        return report(WITH_TICKET, seen, command.ticket_found, actor, now)
    decision = decide_scheduled.start(seen, actor, world, now)
    if isinstance(decision, tuple) and state.ticket_unseen_since and command.ticket_found:
        return (TicketReadable(at=now), *decision)
    return decision


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
