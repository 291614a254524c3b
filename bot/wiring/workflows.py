"""The workflows that there are, by the prefix of their subjects' ids."""

from workflows import access, incidents, releases
from workflows.system import (
    absences,
    access_reviews,
    alarms,
    control_tests,
    departures,
    documents,
    erasures,
    event_sinks,
    monthly_figures,
    passkeys,
    policy_in_force,
    rejected_requests,
    reminders,
    sessions,
    stops,
)
from workflows.system.access_reviews import removals_log

WORKFLOWS = (
    access.WORKFLOW,
    releases.WORKFLOW,
    incidents.WORKFLOW,
    alarms.WORKFLOW,
    policy_in_force.WORKFLOW,
    rejected_requests.WORKFLOW,
    sessions.WORKFLOW,
    stops.WORKFLOW,
    departures.WORKFLOW,
    absences.WORKFLOW,
    access_reviews.WORKFLOW,
    removals_log.WORKFLOW,
    reminders.WORKFLOW,
    event_sinks.WORKFLOW,
    passkeys.WORKFLOW,
    erasures.WORKFLOW,
    control_tests.WORKFLOW,
    monthly_figures.WORKFLOW,
    documents.WORKFLOW,
)
BY_KIND = {one.kind: one for one in WORKFLOWS}
