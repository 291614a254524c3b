"""Stop the releases of a service until the incident is over."""

from workflows.incidents.actions.action import ActionKind, Running
from workflows.incidents.events import Froze, IncidentEvent


def _begin(running: Running) -> tuple[IncidentEvent, ...]:
    service = running.action.service
    froze = () if service in running.incident.frozen else (Froze(service=service),)
    return (*froze, running.done(f"No release of {service} until this is over."))


FREEZE = ActionKind(
    "freeze",
    describe=lambda incident, action: f"stops releases of {action.service}",
    begin=_begin,
    reaches_outside=True,
)
