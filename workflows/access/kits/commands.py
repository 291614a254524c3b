"""What can be asked of a kit: by people, and by Daypass itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.policy.bundle import Bundle
from workflows.policy.tickets import TicketReading
from workflows.workflow import Command


@dataclass(frozen=True)
class AskedKit:
    """The kit that a request belongs to, with each entitlement that was chosen of it and for how many seconds.

    `first` is the request that this one follows on; None for the first itself, whose entitlement stands first.
    """

    name: str
    members: tuple[tuple[str, int], ...]
    first: str | None = None
    tickets: Mapping[str, TicketReading] = field(default_factory=dict)
    """Its ticket as it was seen when the first was asked for, by the systems in which the members' rules look."""


@dataclass(frozen=True)
class CloseWithKit(Command):
    """Another request of the same kit was denied: `denied` is its title."""

    denied: str


@dataclass(frozen=True)
class ReportKitRefusal(Command):
    """A request that the kit's first one calls for was refused, with this code."""

    entitlement: str
    code: str


KitCommand = CloseWithKit | ReportKitRefusal


def chosen_of(bundle: Bundle, kit: str, chosen: tuple[str, ...], seconds: int) -> AskedKit:
    """What is asked for with a kit: each entitlement for as long, or for as long as its own rule allows.

    What the policy doesn't have stays in, so that it is refused by name.
    """
    rules = {one: bundle.entitlements[one].rule for one in chosen if one in bundle.entitlements}
    longest = {one: rule.longest for one, rule in rules.items()}
    return AskedKit(kit, tuple((one, min(seconds, longest.get(one, seconds))) for one in chosen))
