"""The workflows that there are, by the prefix of their subjects' ids."""

from workflows import access, alarms, door, incidents, releases, sessions
from workflows.policy import adoption

WORKFLOWS = (
    access.WORKFLOW,
    releases.WORKFLOW,
    incidents.WORKFLOW,
    alarms.WORKFLOW,
    adoption.WORKFLOW,
    door.WORKFLOW,
    sessions.WORKFLOW,
)
BY_KIND = {one.kind: one for one in WORKFLOWS}
