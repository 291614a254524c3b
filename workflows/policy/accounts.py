"""Whose an account or an e-mail address is, by what Slack says of people. Pure functions.

What gives somebody something needs an address that is one account's alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows.ports import Directory, Person
from workflows.text import comparable

ADDRESSES_TOLD = 10


@dataclass(frozen=True)
class Addresses:
    """Who owns each address, in its comparable form. `disputed` has the accounts that share one; it then has no owner."""

    owners: Mapping[str, str] = field(default_factory=dict)
    disputed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)
    """Who had an address last, as long as they are in the workspace, even if they no longer have it."""


NO_ADDRESSES = Addresses()


def addresses_of(people: Iterable[Person], before: Addresses = NO_ADDRESSES) -> Addresses:
    """Say who owns each address now. It is disputed if two accounts have it, or someone still here had it `before`."""
    present = here(people)
    having: dict[str, set[str]] = defaultdict(set)
    for person in present.values():
        if address := comparable(person.email):
            having[address].add(person.id)
    claims = {address: owner for address, owner in before.claims.items() if owner in present}
    between = {address: found | _claim(claims, address) for address, found in having.items()}
    disputed = {address: tuple(sorted(found)) for address, found in between.items() if len(found) > 1}
    owners = {address: min(found) for address, found in having.items() if address not in disputed}
    return Addresses(owners, disputed, claims | owners)


def here(people: Iterable[Person]) -> dict[str, Person]:
    """Members and guests of the workspace, by id."""
    return {one.id: one for one in people if one.standing != "outside"}


def _claim(claims: Mapping[str, str], address: str) -> set[str]:
    return {claims[address]} if address in claims else set()


def account_of(name: str, known: Mapping[str, Person], owners: Mapping[str, str]) -> str | None:
    """Find the account that a bundle names by its id, or by its address if it isn't a guest's."""
    if "@" not in name:
        return name if name in known else None
    owner = known.get(owners.get(comparable(name) or "", ""))
    return owner.id if owner and owner.standing == "member" else None


def accounts_of(
    names: Iterable[str], known: Mapping[str, Person], owners: Mapping[str, str]
) -> frozenset[str]:
    """The accounts of those of them that are known."""
    found = (account_of(name, known, owners) for name in names)
    return frozenset(id for id in found if id)


def why_unknown(name: str, addresses: Addresses) -> str:
    """Why a name of the bundle is no account's."""
    address = comparable(name)
    if address is None:
        return "no active member of this workspace has this address; only ASCII addresses are compared"
    if between := addresses.disputed.get(address):
        return f"{' and '.join(between[:5])} share the address, so it identifies nobody"
    if owner := addresses.owners.get(address):
        return f"{owner} is a guest; name guests by their Slack user id"
    return "no active member of this workspace has this address"


def dispute(addresses: Addresses) -> str | None:
    """Write the alarm about disputed addresses; None if there are none."""
    if not addresses.disputed:
        return None
    told = [f"{address} ({' and '.join(ids[:5])})" for address, ids in sorted(addresses.disputed.items())]
    more = f" and {len(told) - ADDRESSES_TOLD} more" if len(told) > ADDRESSES_TOLD else ""
    return (
        "Several Slack accounts share an e-mail address, or did until just now, so Daypass ignores it: "
        f"{', '.join(told[:ADDRESSES_TOLD])}{more}. Groups that name it don't include that person, and no one can sign in "
        "with it. Correct the address in Slack, or name people by their Slack user id in the bundle. If the address now "
        "belongs to someone else, restart Daypass."
    )


def behind(requester: str, directory: Directory) -> tuple[str, ...]:
    """Who answers for the machine that asks; nobody stands behind a person."""
    machine = directory.machines.get(requester)
    return tuple(sorted(machine.owners)) if machine else ()
