"""Change the incident's severity, and with it who is called in."""

from workflows.incidents.actions.action import ActionKind, Running
from workflows.incidents.events import IncidentEvent, SeverityChanged
from workflows.workflow import Refused


def _begin(running: Running) -> tuple[IncidentEvent, ...] | Refused:
    state, severity = running.incident, running.action.severity
    if state.terms.severity(severity) is None:
        return Refused(
            "no-severity",
            f"This incident has no severity “{severity[:40]}”. Change it by hand, and skip the step.",
        )
    if severity == state.severity:
        return (running.done(f"It was {severity} already."),)
    changed = SeverityChanged(before=state.severity, severity=severity)
    return (changed, running.done(f"Changed from {state.severity} to {severity}."))


SEVERITY = ActionKind(
    "severity", describe=lambda incident, action: f"changes the severity to {action.severity}", begin=_begin
)
