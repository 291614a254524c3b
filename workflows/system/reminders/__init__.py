"""Reminders: whoever can decide what waits is reminded of it, when they chose to be, and once."""

from workflows.system.reminders.decide import decide, effects, evolve
from workflows.system.reminders.events import ReminderSent
from workflows.system.reminders.narrative import SENTENCES, found_by
from workflows.system.reminders.replay import impossible
from workflows.system.reminders.state import KIND, NAME, Reminders
from workflows.workflow import Workflow

WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Reminders,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=lambda state: None,
    found_by=found_by,
    events=(ReminderSent,),
    impossible=impossible,
    sentences=SENTENCES,
)
