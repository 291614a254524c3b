"""Access requests, grants and credentials."""

from workflows.access.decide import decide, due
from workflows.access.evolve import effects, evolve, once
from workflows.access.finding import found_by
from workflows.access.model import KIND, Access
from workflows.access.telling import SENTENCES
from workflows.access.views import concerns, overdue
from workflows.workflow import Workflow

WORKFLOW = Workflow(
    kind=KIND,
    state=Access,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=due,
    pending=frozenset({"pending"}),
    once=once,
    found_by=found_by,
    concerns=concerns,
    overdue=overdue,
    sentences=SENTENCES,
)
