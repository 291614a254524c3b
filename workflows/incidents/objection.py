"""Why a playbook's step isn't acted on, although its events bear it out."""

from workflows.incidents.state import Incident
from workflows.workflow import World


def not_in_policy(state: Incident, world: World) -> str | None:
    """Why its playbook asks for nothing: it claims to be of the bundle in force, and isn't; else None.

    What a playbook of another bundle asks for, its usual approvers decide.
    """
    playbook = state.playbook
    if playbook is None or playbook.digest != world.bundle.digest:
        return None
    if world.bundle.playbooks.get(playbook.name) == playbook:
        return None
    return "Its playbook isn't the policy's, so nothing was requested. Request access with /access."


def objection(state: Incident, step: str, world: World) -> str | None:
    """Why a step that its events bear out isn't acted on; None if it may be.

    Its playbook is only what an event claims: what a step does is what the bundle in force says.
    """
    playbook = world.bundle.playbooks.get(state.playbook.name) if state.playbook else None
    now = next((one for one in playbook.steps if one.name == step), None) if playbook else None
    then = state.step_terms(step)
    if now is not None and then is not None and now.action == then.action:
        return None
    return "The policy changed, and its playbook no longer does this. Do it by hand if it is needed, and skip the step."
