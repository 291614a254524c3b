"""What an incident's own channel is told in short messages: the steps of its playbook, and notes."""

from workflows.incidents.actions import run_action
from workflows.incidents.actions.action import Running
from workflows.incidents.events import IncidentEvent, Noted, StepDone, StepFailed, StepSkipped, StepStarted
from workflows.incidents.state import Incident
from workflows.workflow import GATHER, TELLING, Effect

LINES = frozenset(one.action for one in (StepStarted, StepDone, StepFailed, StepSkipped, Noted))
"""The names of the events of which some are told there."""


def lines(state: Incident, event: IncidentEvent) -> tuple[Effect, ...]:
    """The effect that tells of the event there, if it is told; less urgent than any card, in the order of the log."""
    if not _is_told(state, event):
        return ()
    return (Effect("reply", lock=f"{state.id}/lines", priority=TELLING + 1, delay=GATHER),)


def _is_told(state: Incident, event: IncidentEvent) -> bool:
    """A pinned message is there already, and a step that takes no time is told when it is done."""
    match event:
        case StepStarted():
            return not _is_done_at_once(state, event)
        case Noted(pin=pin):
            return pin is None
        case StepDone() | StepFailed() | StepSkipped():
            return True
        case _:
            return False


def _is_done_at_once(state: Incident, begun: StepStarted) -> bool:
    terms = state.step_terms(begun.step)
    if terms is None or terms.action is None:
        return True
    followed = run_action(Running(state, terms.action, begun))
    return isinstance(followed, tuple) and any(isinstance(one, StepDone) for one in followed)
