"""What can happen to a kit."""

from workflows.workflow import Event


class KitEntitlementRefused(Event):
    """The policy refused one entitlement of the kit after its first request was made."""

    action = "kit-entitlement-refused"
    entitlement: str
    code: str
