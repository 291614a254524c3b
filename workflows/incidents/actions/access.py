"""Give access to whoever holds a role, and take it back."""

from workflows.durations import spell_duration
from workflows.incidents import refusals
from workflows.incidents.actions.action import ActionKind, Running
from workflows.incidents.events import AccessAsked, AccessEnding, IncidentEvent
from workflows.incidents.state import Incident, PlaybookAccess
from workflows.incidents.views import held, roles_of
from workflows.policy.schema.actions import ActionTerms
from workflows.workflow import Refused, derived

PRACTISED = "Simulated: no external changes."


def is_of(access: PlaybookAccess, action: ActionTerms) -> bool:
    """Whether this access is what the action gives, or takes back."""
    return access.role == action.role and access.entitlement in (action.entitlement, action.drill)


def _grant(running: Running) -> tuple[IncidentEvent, ...] | Refused:
    state, action, begun = running.incident, running.action, running.begun
    holder = state.holders.get(action.role)
    if holder is None:
        return refusals.no_holder(action.role)
    entitlement = action.drill if state.drill else action.entitlement
    if not entitlement:
        return (running.done(PRACTISED),)
    has = [one for one in held(state) if (one.person, one.entitlement) == (holder, entitlement)]
    if any(one.status != "ending" for one in has):
        return (running.done("Granted already."),)
    asked = AccessAsked(
        access=derived("acc", running.now, state.id, begun.step, str(begun.run), holder),
        entitlement=entitlement,
        title=entitlement,
        role=action.role,
        person=holder,
        seconds=action.seconds,
        step=begun.step,
        by=begun.by,
        by_roles=roles_of(state, begun.by),
    )
    return (asked,)


def _revoke(running: Running) -> tuple[IncidentEvent, ...]:
    mine = [one for one in held(running.incident) if is_of(one, running.action)]
    ending = tuple(AccessEnding(access=one.id, reason="step") for one in mine)
    return ending or (running.done("There was no access to revoke."),)


def _describe_grant(incident: Incident, action: ActionTerms) -> str:
    """A drill gives what is for drills, if there is something."""
    given = (incident.drill and action.drill) or action.entitlement
    return f"grants `{given}` to {action.role} for {spell_duration(action.seconds or 1)}"


GRANT = ActionKind("grant", describe=_describe_grant, run=_grant)
REVOKE = ActionKind(
    "revoke",
    describe=lambda incident, action: f"revokes `{action.entitlement}` from {action.role}",
    run=_revoke,
)
