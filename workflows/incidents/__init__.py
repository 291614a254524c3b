"""Incidents: declared in seconds, run by a playbook that grants and takes back access, reviewed from the log."""

from typing import get_args

from workflows.incidents.decide import decide, due
from workflows.incidents.events import IncidentEvent
from workflows.incidents.evolve import effects, evolve, once
from workflows.incidents.narrative import SENTENCES
from workflows.incidents.replay import impossible
from workflows.incidents.search_terms import found_by
from workflows.incidents.state import EVERY, KIND, NAME, OPEN, Incident
from workflows.incidents.views import concerns, overdue
from workflows.workflow import Workflow

WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Incident,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=due,
    pending=frozenset(OPEN),
    over=frozenset(EVERY) - frozenset(OPEN),
    once=once,
    found_by=found_by,
    concerns=concerns,
    overdue=overdue,
    events=get_args(IncidentEvent),
    impossible=impossible,
    typed={
        **dict.fromkeys(("title", "summary", "reason"), True),
        "offers": {"__all__": {"brief"}},
        "steps": {"__all__": {"note"}},
        "follow_ups": {"__all__": {"what"}},
    },
    sentences=SENTENCES,
)
