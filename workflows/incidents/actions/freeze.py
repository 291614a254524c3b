"""Stop the releases of a service until the incident is over."""

from workflows.incidents.actions.action import ActionKind, Running
from workflows.incidents.events import Froze, IncidentEvent


def _run(running: Running) -> tuple[IncidentEvent, ...]:
    service = running.action.service
    froze = () if service in running.incident.frozen else (Froze(service=service),)
    return (*froze, running.done(f"Releases of {service} are stopped until this incident is resolved."))


FREEZE = ActionKind(
    "freeze",
    describe=lambda incident, action: f"stops releases of {action.service}",
    run=_run,
    reaches_outside=True,
)
