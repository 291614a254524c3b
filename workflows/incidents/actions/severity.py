"""Change the incident's severity, and with it who is called in."""

from workflows.incidents import refusals
from workflows.incidents.actions.action import ActionKind, Running
from workflows.incidents.events import IncidentEvent, SeverityChanged
from workflows.workflow import Refused


def _run(running: Running) -> tuple[IncidentEvent, ...] | Refused:
    state, severity = running.incident, running.action.severity
    if state.terms.severity(severity) is None:
        return refusals.no_severity(severity, [one.name for one in state.terms.severities])
    if severity == state.severity:
        return (running.done(f"Already {severity}."),)
    changed = SeverityChanged(before=state.severity, severity=severity)
    return (changed, running.done(f"Changed from {state.severity} to {severity}."))


SEVERITY = ActionKind(
    "severity", describe=lambda incident, action: f"changes the severity to {action.severity}", run=_run
)
