"""Could this have been seen of a ticket, and was access given by it?"""

from collections.abc import Mapping
from typing import Any

from workflows.access.decide_ticket import WITH_TICKET
from workflows.access.ends_with import impossible_change, impossible_report
from workflows.access.events import Requested
from workflows.access.state import Access
from workflows.access.tickets import TicketClosed, TicketReadable, TicketUnreadable
from workflows.audit.possibility import Judges, Past, Why
from workflows.policy.evaluation.tickets import is_away, ticket_objections
from workflows.policy.terms.tickets import TicketTerms
from workflows.workflow import Occurred, unmet


def impossible_ticket(event: Requested) -> Why:
    """Why access could not have been asked for with this ticket; None if it could."""
    named, rule = bool(event.seen.get("has_ticket")), event.terms.ticket
    if not named or rule.source is None:
        return None
    found = event.ticket_found
    if is_away(rule, found) and _can_be_taken(event):
        return None
    own = (found.project,) if found else ()
    against = [one.code for one in ticket_objections(rule, found, own)]
    return unmet((not against, "its ticket wasn't seen to be what its terms ask for"))


def _can_be_taken(event: Requested) -> bool:
    """Whether it can be break-glass, which goes on where the ticket's system is away. Any approval needs the ticket seen."""
    terms, for_another = event.terms, event.incident is not None or event.asked_by is not None
    return terms.break_glass is not None and not terms.automatic and not for_another


def seen_as_asked(rule: TicketTerms, seen: Mapping[str, Any]) -> bool:
    """Whether what was `seen` of its ticket when it was approved is what the terms ask for."""
    if rule.source is None or not seen.get("has_ticket"):
        return True
    ticket = seen.get("ticket")
    status = ticket.get("status") if isinstance(ticket, Mapping) else None
    return status == "open" or (status == "closed" and not rule.must_be_open)


def _closed(state: Access, past: Past, now: Occurred, event: TicketClosed) -> Why:
    return impossible_report(WITH_TICKET, state, now) or unmet(
        (state.terms.ticket.ends_access, "it doesn't end with its ticket")
    )


def _unreadable(state: Access, past: Past, now: Occurred, event: TicketUnreadable) -> Why:
    return impossible_change(WITH_TICKET, state, now, to_unseen=True)


def _readable(state: Access, past: Past, now: Occurred, event: TicketReadable) -> Why:
    return impossible_change(WITH_TICKET, state, now, to_unseen=False)


JUDGES: Judges = {TicketClosed: _closed, TicketUnreadable: _unreadable, TicketReadable: _readable}
