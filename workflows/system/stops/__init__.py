"""Emergency stops: the red button that ends everything of a person, or of a resource, and refuses more."""

from typing import get_args

from workflows.ports import Directory
from workflows.system.stops.decide import decide, due
from workflows.system.stops.events import StopEvent
from workflows.system.stops.evolve import effects, evolve
from workflows.system.stops.narrative import SENTENCES, found_by
from workflows.system.stops.replay import impossible
from workflows.system.stops.state import IN_FORCE, KIND, NAME, Stop
from workflows.workflow import Workflow


def _concerns(state: Stop, directory: Directory, person: str) -> bool:
    return bool({state.owner, *state.aim.accounts} & directory.accounts_of(person))


WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Stop,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=due,
    found_by=found_by,
    concerns=_concerns,
    overdue=lambda state, directory, now: bool(state.troubled),
    events=get_args(StopEvent),
    impossible=impossible,
    typed={"reason": True},
    sentences=SENTENCES,
    over=frozenset({"over"}),
    in_force=IN_FORCE,
)
