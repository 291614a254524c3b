"""What the events of a kit make of a request, and what they call for."""

from workflows.access.events import Denied, Requested
from workflows.access.kits.events import KitEntitlementRefused
from workflows.access.kits.state import KitRefusal
from workflows.access.state import Access
from workflows.workflow import Effect


def evolve_kit(state: Access, event: KitEntitlementRefused) -> Access:
    """The state after the event."""
    refusal = KitRefusal(entitlement=event.entitlement, code=event.code)
    return state.model_copy(update={"kit_refused": (*state.kit_refused, refusal)})


def kit_effects(state: Access, event: object) -> tuple[Effect, ...]:
    """What the event calls for: the other requests of a kit, or their end when one of them is denied."""
    if state.kit is None or len(state.kit.members) == 1:
        return ()
    match event:
        case Requested() if state.id == state.kit.first:
            return (Effect("request-kit", lock=f"{state.id}/kit", priority=1),)
        case Denied():
            return (Effect("close-kit", lock=f"{state.id}/kit", priority=1),)
        case _:
            return ()
