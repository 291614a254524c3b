"""Could this have happened to a kit? Told from what its events recorded."""

from workflows.access.events import Requested
from workflows.access.kits.events import KitEntitlementRefused
from workflows.access.kits.state import member_id
from workflows.access.state import Access
from workflows.audit.possibility import Judges, Past, Why
from workflows.workflow import Occurred, unmet


def impossible_kit(event: Requested) -> Why:
    """Why a request could not be part of the kit that it names; None if it could, or names none."""
    kit = event.kit
    if kit is None:
        return None
    mine = [one for one in kit.members if one.request == event.id]
    return unmet(
        (event.incident is None, "a playbook requested a kit"),
        (
            [(one.entitlement, one.seconds) for one in mine] == [(event.terms.entitlement, event.seconds)],
            "its kit names another request than this",
        ),
        (
            all(one.request == member_id(kit.first, one.entitlement) for one in kit.members[1:]),
            "its kit names requests that aren't its own",
        ),
    )


def _refused(state: Access, past: Past, now: Occurred, event: KitEntitlementRefused) -> Why:
    others = {one.entitlement for one in state.kit.members[1:]} if state.kit else set()
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass recorded it"),
        (state.kit is not None and state.kit.first == state.id, "it isn't the first request of a kit"),
        (event.entitlement in others, "its kit doesn't have the entitlement"),
        (
            all(one.entitlement != event.entitlement for one in state.kit_refused),
            "it had been refused before",
        ),
    )


JUDGES: Judges = {KitEntitlementRefused: _refused}
