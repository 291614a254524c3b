"""What the incident has to know whose playbook asked for access."""

from workflows.access.events import (
    AccessEvent,
    CredentialNotEnded,
    Denied,
    Granted,
    GrantEnded,
    GrantEnding,
    Lapsed,
    Requested,
    Withdrawn,
)
from workflows.access.state import Access
from workflows.workflow import Effect


def told_to_incident(state: Access, event: AccessEvent) -> tuple[Effect, ...]:
    """What the event means to the incident, if it is one's."""
    trouble: str | None = None
    match event:
        case Requested():
            status = "requested"
        case Granted():
            status = "active"
        case GrantEnding():
            status = "ending"
        case CredentialNotEnded(reason=reason) if state.status == "ending":
            status, trouble = "ending", reason
        case GrantEnded():
            status = "ended"
        case Denied() | Withdrawn() | Lapsed():
            status = "refused"
        case _:
            return ()
    if state.incident is None:
        return ()
    if status == "refused":
        trouble = f"It was {state.status}."
    payload = {"incident": state.incident, "status": status, "trouble": trouble}
    return (Effect("tell-incident", lock=f"{state.id}/incident", payload=payload, priority=3),)
