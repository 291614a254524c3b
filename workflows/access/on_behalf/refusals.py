"""Why nothing is asked, accepted or decided on somebody's behalf: every code and sentence of it, in one place."""

from workflows.access.commands import RequestAccess
from workflows.access.events import Lapsed
from workflows.workflow import Actor, Refused, World

ON_BEHALF = "on_behalf"
"""The field of a form that says whom it is for."""
NOT_FOR_YOU = Refused("not-yours", "Only the person this is for can accept or decline it.")
NOT_YOURS = Refused("not-yours", "Only the person this is for, or whoever asked for them, can withdraw it.")
NOT_PROPOSED = Refused("not-proposed", "Nobody asked for this on your behalf, so there's nothing to accept.")
NOT_ACCEPTED = Refused(
    "not-accepted", "The person this is for hasn't accepted it yet, so there's nothing to decide."
)
CHANGED = Refused(
    "stale", "That card was out of date, so nothing was accepted. Read the current one, then accept it."
)


def refused_proposal(command: RequestAccess, actor: Actor, world: World) -> Refused | None:
    """Why nothing can be asked for whom the command says; None if it can, or names nobody."""
    holder = command.on_behalf_of
    if holder is None:
        return None
    if actor.is_machine or actor.is_daypass:
        return _refused("people-only", "Only people can request access for someone else.")
    if holder in world.directory.may_be(actor.id):
        return _refused("own-request", "That's you. Leave this empty to request access for yourself.")
    if command.extends is not None:
        return _refused("extension-on-behalf", "Only the person with this access can extend it.")
    if command.kit is not None:
        return _refused("kit-on-behalf", "A kit can't be requested for someone else. They have to ask.")
    person = world.directory.people.get(holder)
    if person is None or person.standing != "member":
        return _refused("not-a-member", "Pick an active member of this workspace.")
    entitlement = world.bundle.entitlements.get(command.entitlement)
    return None if entitlement is None or entitlement.on_behalf else not_on_behalf(entitlement.title)


def not_on_behalf(title: str) -> Refused:
    """The bundle lets people ask for this for themselves alone."""
    return _refused("not-on-behalf", f"“{title}” can't be requested for someone else. They have to ask.")


def not_allowed(why: str) -> Refused:
    """What the rules of today say against what is to be accepted."""
    return Refused("no-longer-allowed", f"This can't be accepted. {why}")


def lapsed(event: Lapsed) -> Refused:
    """An answer that came after it had expired."""
    sentence = "This request expired before your click, so nothing changed. Send one of your own instead."
    return Refused("lapsed", sentence, (event,))


def _refused(code: str, sentence: str) -> Refused:
    return Refused(code, sentence, fields={ON_BEHALF: sentence})
