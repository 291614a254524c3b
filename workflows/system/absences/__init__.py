"""Absences: an approver is away for a while, isn't reminded, and may have someone decide for them meanwhile."""

from typing import get_args

from workflows.ports import Directory
from workflows.system.absences.decide import beside, decide, due
from workflows.system.absences.events import AbsenceEvent
from workflows.system.absences.evolve import effects, evolve
from workflows.system.absences.narrative import SENTENCES, found_by
from workflows.system.absences.replay import impossible
from workflows.system.absences.state import IN_FORCE, KIND, NAME, Absence
from workflows.workflow import Workflow


def _concerns(state: Absence, directory: Directory, person: str) -> bool:
    return bool({state.owner, state.asked} & directory.accounts_of(person))


WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Absence,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=due,
    found_by=found_by,
    concerns=_concerns,
    events=get_args(AbsenceEvent),
    impossible=impossible,
    sentences=SENTENCES,
    over=frozenset({"over"}),
    in_force=IN_FORCE,
    beside=beside,
)
