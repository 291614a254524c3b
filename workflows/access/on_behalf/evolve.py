"""What the events of a request for somebody else make of it, and who hears of it."""

from workflows.access.events import AccessEvent, Denied, Granted, Lapsed, Requested, Withdrawn
from workflows.access.on_behalf.events import ProposalAccepted, ProposalDeclined, ProposalEvent
from workflows.access.state import Access
from workflows.policy.on_call.seen import on_call_in
from workflows.workflow import Effect, tell

MADE = "proposal-made"
LAPSED = "proposal-lapsed"
DECIDED = "proposal-decided"


def proposed(state: Access, event: Requested) -> Access:
    """The request as it begins: the asker's own, if it is for somebody else who has not accepted it."""
    if event.asked_by is None or event.incident is not None:
        return state
    return state.model_copy(update={"status": "proposed", "owner": event.asked_by, "holder": event.requester})


def evolve_proposal(state: Access, event: ProposalEvent) -> Access:
    """The state after the event."""
    if isinstance(event, ProposalDeclined):
        return state.model_copy(update={"declined": True})
    accepted = {
        "status": "pending",
        "owner": event.by,
        "accepted_at": event.at,
        "terms": event.terms,
        "asked_digest": event.digest,
        "signals": event.signals,
        "on_call": on_call_in(event.seen),
    }
    return state.model_copy(update=accepted)


def proposal_effects(state: Access, event: AccessEvent) -> tuple[Effect, ...]:
    """Whoever asked for somebody else hears what becomes of it; while it waits for them, both hear that it expired."""
    if state.holder is None or state.asked_by is None:
        return ()
    asker = state.asked_by
    match event:
        case Requested():
            return (tell(state.id, asker, MADE),)
        case ProposalAccepted() | ProposalDeclined():
            return (tell(state.id, asker, event.action),)
        case Lapsed() if state.unaccepted:
            return (tell(state.id, asker, LAPSED), tell(state.id, state.holder, LAPSED))
        case Withdrawn(why=str()) | Denied() | Lapsed() | Granted():
            return (tell(state.id, asker, DECIDED),)
        case _:
            return ()
