"""The actions that a playbook's steps can do. A new one is a module, its entry here, its fields in
workflows/policy/schema/actions.py, a line in docs/policy.md, and a case of tests/incidents/test_actions.py.
"""

from workflows.incidents.actions.access import GRANT, PRACTISED, REVOKE
from workflows.incidents.actions.action import ActionKind, Running
from workflows.incidents.actions.freeze import FREEZE
from workflows.incidents.actions.post import POST
from workflows.incidents.actions.roll_back import ROLL_BACK
from workflows.incidents.actions.severity import SEVERITY
from workflows.incidents.actions.webhook import WEBHOOK
from workflows.incidents.events import IncidentEvent
from workflows.workflow import Refused

ACTIONS = {kind.name: kind for kind in (GRANT, REVOKE, FREEZE, ROLL_BACK, POST, WEBHOOK, SEVERITY)}
"""By their names in the policy's terms."""
_PRIVATE = "Others would hear of a private incident by this step. Do it by hand, and skip it."


def begin(running: Running) -> tuple[IncidentEvent, ...] | Refused:
    """What follows at once from running a step; what an effect does is reported later."""
    kind = ACTIONS[running.action.kind]
    if kind.reaches_outside and running.incident.drill:
        return (running.done(PRACTISED),)
    if kind.reaches_outside and running.incident.private:
        return Refused("private", _PRIVATE)
    return kind.begin(running)


def has_effect(kind: str, drill: bool) -> bool:
    """Whether an effect performs it."""
    action = ACTIONS[kind]
    return action.perform is not None and not (drill and action.reaches_outside)


__all__ = ["ACTIONS", "ActionKind", "Running", "begin", "has_effect"]
