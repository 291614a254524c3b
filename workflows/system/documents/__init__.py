"""Documents about services and versions: written by some, approved by others, due again by a date."""

from typing import get_args

from workflows.system.documents.claims import claims
from workflows.system.documents.decide import decide, due
from workflows.system.documents.events import DocumentEvent
from workflows.system.documents.evolve import effects, evolve
from workflows.system.documents.narrative import SENTENCES, found_by
from workflows.system.documents.replay import impossible
from workflows.system.documents.state import KIND, NAME, OPEN, TYPED, Document
from workflows.system.documents.views import concerns
from workflows.workflow import Workflow

WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Document,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=due,
    found_by=found_by,
    concerns=concerns,
    events=get_args(DocumentEvent),
    impossible=impossible,
    claims=claims,
    typed=TYPED,
    sentences=SENTENCES,
    pending=frozenset(OPEN),
    over=frozenset({"discarded"}),
)
