"""Releases: proposed, gated on evidence, approved by people who didn't author them, live, rolled back."""

from typing import get_args

from workflows.releases.claims import claims
from workflows.releases.decide import decide, due
from workflows.releases.events import ReleaseEvent
from workflows.releases.evolve import effects, evolve
from workflows.releases.exceptions.decide import awaited
from workflows.releases.exceptions.state import AWAITED
from workflows.releases.narrative import SENTENCES
from workflows.releases.once import once
from workflows.releases.replay import impossible
from workflows.releases.search_terms import found_by
from workflows.releases.state import EVERY, KIND, NAME, OPEN, TYPED, Release
from workflows.releases.views import concerns, overdue
from workflows.workflow import Workflow

WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Release,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=due,
    pending=frozenset(OPEN),
    over=frozenset(EVERY) - frozenset({*OPEN, "live", "evaluated", "rolling back"}),
    once=once,
    found_by=found_by,
    concerns=concerns,
    overdue=overdue,
    awaits=lambda state: AWAITED if awaited(state) else None,
    events=get_args(ReleaseEvent),
    impossible=impossible,
    claims=claims,
    typed=TYPED,
    sentences=SENTENCES,
)
