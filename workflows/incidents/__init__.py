"""Incidents: declared in seconds, run by a playbook that grants and takes back access, reviewed from the log."""

from workflows.incidents.decide import decide, due
from workflows.incidents.evolve import effects, evolve, once
from workflows.incidents.finding import found_by
from workflows.incidents.model import KIND, OPEN, Incident
from workflows.incidents.telling import SENTENCES
from workflows.incidents.views import concerns, overdue
from workflows.workflow import Workflow

WORKFLOW = Workflow(
    kind=KIND,
    state=Incident,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=due,
    pending=frozenset(OPEN),
    once=once,
    found_by=found_by,
    concerns=concerns,
    overdue=overdue,
    sentences=SENTENCES,
)
