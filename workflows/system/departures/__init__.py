"""People whom the identity provider deactivated or deleted, as one departure: what they hold ends.

If there are more of them than usual, the departure is held until an operator confirms or rejects it.
"""

from typing import get_args

from workflows.ports import Directory
from workflows.system.departures.decide import decide
from workflows.system.departures.events import DepartureEvent
from workflows.system.departures.evolve import evolve
from workflows.system.departures.narrative import SENTENCES, found_by
from workflows.system.departures.replay import impossible
from workflows.system.departures.state import KIND, NAME, Departure
from workflows.workflow import Workflow


def _concerns(state: Departure, directory: Directory, person: str) -> bool:
    return bool(set(state.people) & directory.accounts_of(person))


WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Departure,
    decide=decide,
    evolve=evolve,
    effects=lambda state, event: (),
    due=lambda state: None,
    found_by=found_by,
    concerns=_concerns,
    overdue=lambda state, directory, now: state.status == "held",
    events=get_args(DepartureEvent),
    impossible=impossible,
    sentences=SENTENCES,
    over=frozenset({"over", "rejected"}),
)
