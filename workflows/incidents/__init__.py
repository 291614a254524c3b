"""Incidents: declared in seconds, run by a playbook that grants and takes back access, reviewed from the log."""

from workflows.incidents.decide import decide, due
from workflows.incidents.evolve import effects, evolve, once
from workflows.incidents.model import KIND, Incident
from workflows.incidents.views import found_by
from workflows.workflow import Workflow

WORKFLOW = Workflow(KIND, Incident, decide, evolve, effects, due, once, found_by)
