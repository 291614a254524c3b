"""Who may press the red button, for what, who may lift a stop again, and who is stopped."""

from workflows.policy.bundle import Bundle
from workflows.policy.schema.red_button import RedButtonRule
from workflows.ports import Directory
from workflows.system.stops.state import Stop
from workflows.workflow import World


def may_press(world: World, actor: str, person: str | None, target: str | None) -> bool:
    """Whether they may stop this person, or this resource or entitlement. Everybody may stop what is their own."""
    if person is not None and actor in world.directory.accounts_of(person):
        return True
    return _by_rule(world.bundle, world.directory, actor, target)


def may_lift(world: World, actor: str, stop: Stop) -> bool:
    """Whether they may lift it. Nobody lifts what was stopped of their own."""
    aim = stop.aim
    if aim.person is not None and actor in {*aim.accounts, *world.directory.may_be(aim.person)}:
        return False
    return _by_rule(world.bundle, world.directory, actor, aim.target)


def stop_for(world: World, person: str, resource: str = "", entitlement: str = "") -> Stop | None:
    """The stop in force that is for this person, or for their access to this; None if there is none.

    A machine is stopped by its own id, a person under every account that may be theirs.
    """
    machine = person in world.directory.machines
    accounts = {person} if machine else world.directory.may_be(person)
    stops = (one for one in world.in_force if isinstance(one, Stop) and one.refuses)
    return next(
        (one for one in stops if any(one.aim.covers(each, resource, entitlement) for each in accounts)), None
    )


def _by_rule(bundle: Bundle, directory: Directory, actor: str, target: str | None) -> bool:
    groups = directory.groups_of(actor)
    return any(
        groups & set(rule.groups) and _covers(rule, bundle, target) for rule in bundle.red_button.rules
    )


def _covers(rule: RedButtonRule, bundle: Bundle, target: str | None) -> bool:
    """A rule for a resource is one for its entitlements as well."""
    if rule.everything:
        return True
    entitlement = bundle.entitlements.get(target or "")
    named = {target, entitlement.resource if entitlement else None}
    return bool(named & set(rule.resources))
