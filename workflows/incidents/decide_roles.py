"""Decides on roles: claimed, offered with a brief, accepted, and vacated when their holder leaves.

Access follows its role: whoever gives the role up loses it, and it is requested again for the next holder.
"""

from datetime import datetime

from workflows.incidents import refusals
from workflows.incidents.commands import AcceptRole, ClaimRole, DeclineRole, OfferRole
from workflows.incidents.decide_playbook import follow
from workflows.incidents.events import IncidentEvent, RoleDeclined, RoleOffered, RoleTaken, RoleVacated
from workflows.incidents.state import OPEN, Handover, Incident
from workflows.incidents.views import can_take, may_offer, roles_of
from workflows.workflow import Actor, Decision, NoChange, Refused, World

MAX_BRIEF_CHARS = 1_000


def claim(state: Incident, command: ClaimRole, actor: Actor, world: World, now: datetime) -> Decision:
    """A role that nobody holds."""
    if state.holders.get(command.role) == actor.id:
        return NoChange()
    if refusal := _cant_take(state, command.role, actor.id, world, "You are"):
        return refusal
    if holder := state.holders.get(command.role):
        return refusals.role_taken(world.directory.name_of(holder))
    return (RoleTaken(role=command.role, person=actor.id, before=None, by=actor.id, at=now),)


def offer(state: Incident, command: OfferRole, actor: Actor, world: World, now: datetime) -> Decision:
    """It passes when it is accepted."""
    if not may_offer(state, actor.id, command.role):
        return refusals.NOT_HANDED_OVER
    if command.to == state.holders.get(command.role):
        return NoChange()
    brief = command.brief.strip()
    if not brief:
        return refusals.NO_BRIEF
    name = world.directory.name_of(command.to)
    if refusal := _cant_take(state, command.role, command.to, world, f"{name} is"):
        return refusal
    return (
        RoleOffered(role=command.role, to=command.to, by=actor.id, brief=brief[:MAX_BRIEF_CHARS], at=now),
    )


def accept(state: Incident, command: AcceptRole, actor: Actor, world: World, now: datetime) -> Decision:
    """The role passes, and the access that was given for it."""
    if state.holders.get(command.role) == actor.id:
        return NoChange()
    found = _offered(state, command.role, actor)
    if found is None:
        return refusals.NOT_OFFERED
    if refusal := _cant_take(state, command.role, actor.id, world, "You are"):
        return refusal
    if not may_offer(state, found.by, command.role):
        return refusals.OFFER_VOID
    before = state.holders.get(command.role)
    taken = RoleTaken(role=command.role, person=actor.id, before=before, by=found.by, at=now)
    return (taken, *follow(state, taken, roles_of(state, found.by)))


def decline(state: Incident, command: DeclineRole, actor: Actor) -> Decision:
    found = _offered(state, command.role, actor)
    return (RoleDeclined(role=command.role, by=actor.id),) if found else NoChange()


def check(state: Incident, world: World) -> Decision:
    """Roles of people who have left are free, and the access given for them ends."""
    if state.status not in OPEN or not world.directory.people:
        return NoChange()
    events: list[IncidentEvent] = []
    for role, person in sorted(state.holders.items()):
        if person not in world.directory.people:
            vacated = RoleVacated(role=role, person=person)
            events += [vacated, *follow(state, vacated, ())]
    return tuple(events) or NoChange()


def _offered(state: Incident, role: str, actor: Actor) -> Handover | None:
    return next((one for one in state.offers if one.role == role and one.to == actor.id), None)


def _cant_take(state: Incident, role: str, person: str, world: World, who_is: str) -> Refused | None:
    terms = state.terms.role(role)
    if state.status not in OPEN:
        return refusals.not_now(state.status)
    if terms is None:
        return refusals.no_role(role)
    if not can_take(state, world.directory, person, role):
        return refusals.cant_hold(who_is, terms.eligible)
    return None
