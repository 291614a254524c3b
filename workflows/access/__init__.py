"""Access requests, grants and credentials."""

from typing import get_args

from workflows.access.claims import claims
from workflows.access.decide import decide, due
from workflows.access.events import AccessEvent
from workflows.access.evolve import effects, evolve, once
from workflows.access.narrative import SENTENCES
from workflows.access.replay import impossible
from workflows.access.search_terms import found_by
from workflows.access.separation import beside
from workflows.access.state import KIND, NAME, TYPED, Access
from workflows.access.views import concerns, overdue
from workflows.approval.staged import UNDECIDED
from workflows.workflow import Workflow

WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Access,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=due,
    pending=frozenset(UNDECIDED),
    over=frozenset({"denied", "withdrawn", "lapsed", "ended"}),
    once=once,
    found_by=found_by,
    concerns=concerns,
    overdue=overdue,
    awaits=lambda state: state.awaits,
    events=get_args(AccessEvent),
    impossible=impossible,
    claims=claims,
    typed=TYPED,
    sentences=SENTENCES,
    beside=beside,
)
