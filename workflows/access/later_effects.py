"""What the events of a request call for later on: its start, its extensions, and what it ends with."""

from workflows.access.events import AccessEvent, Granted, GrantEnding, Requested
from workflows.access.on_behalf.events import ProposalAccepted
from workflows.access.state import Access, Extended
from workflows.workflow import Effect


def of_extensions(state: Access, event: AccessEvent) -> tuple[Effect, ...]:
    """What a grant that begins later waits for, and what the end of a grant means to those that extend it."""
    lock = f"{state.id}/extension"
    match event:
        case Requested(extends=Extended()):
            return (Effect("check-extension", lock=lock, priority=2),)
        case Granted(starts_at=starts_at) if state.status == "scheduled":
            assert state.decided_at
            delay = (starts_at - state.decided_at).total_seconds()
            return (Effect("start-grant", lock=f"{state.id}/start", priority=1, delay=delay),)
        case GrantEnding() if state.ended_early:
            return (Effect("cancel-extensions", lock=lock, priority=1),)
        case _:
            return ()


def watches(state: Access, event: AccessEvent) -> tuple[Effect, ...]:
    """The run with which access ends is watched from the request on, its ticket from the grant on."""
    if state.until_run and _begins_to_wait(state, event):
        return (Effect("watch-run", lock=f"{state.id}/run", priority=3),)
    if isinstance(event, Granted) and state.ticket_found and state.terms.ticket.ends_access:
        return (Effect("watch-ticket", lock=f"{state.id}/ticket", priority=3),)
    return ()


def _begins_to_wait(state: Access, event: AccessEvent) -> bool:
    """Whether it is somebody's own request from this event on."""
    return isinstance(event, ProposalAccepted) or (isinstance(event, Requested) and not state.unaccepted)
