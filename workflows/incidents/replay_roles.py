"""Could this have happened to the roles of an incident?"""

from workflows.audit.possibility import Judges, Past, Why
from workflows.incidents.events import (
    RoleDeclined,
    RoleOffered,
    RoleTaken,
    RoleVacated,
)
from workflows.incidents.replay_incident import still_open
from workflows.incidents.state import Incident
from workflows.incidents.views import may_offer
from workflows.workflow import Occurred, unmet


def _role_taken(state: Incident, past: Past, now: Occurred, event: RoleTaken) -> Why:
    offered = any((one.role, one.to, one.by) == (event.role, event.person, event.by) for one in state.offers)
    claimed = event.before is None and event.by == event.person
    return unmet(
        still_open(state),
        (state.terms.role(event.role) is not None, "its terms have no such role"),
        (event.before == state.holders.get(event.role), "somebody else held the role before"),
        (now.actor.id == event.person, f"{event.person} didn't take the role themselves"),
        (claimed or offered, f"nobody had offered the role to {event.person}"),
    )


def _role_offered(state: Incident, past: Past, now: Occurred, event: RoleOffered) -> Why:
    return unmet(
        still_open(state),
        (now.actor.id == event.by, "somebody else offered the role"),
        (may_offer(state, event.by, event.role), f"{event.by} could not offer the role"),
    )


def _role_declined(state: Incident, past: Past, now: Occurred, event: RoleDeclined) -> Why:
    offered = any((one.role, one.to) == (event.role, event.by) for one in state.offers)
    return unmet((offered and now.actor.id == event.by, f"nobody had offered the role to {event.by}"))


def _role_vacated(state: Incident, past: Past, now: Occurred, event: RoleVacated) -> Why:
    return unmet((state.holders.get(event.role) == event.person, f"{event.person} didn't hold the role"))


JUDGES: Judges = {
    RoleTaken: _role_taken,
    RoleOffered: _role_offered,
    RoleDeclined: _role_declined,
    RoleVacated: _role_vacated,
}
