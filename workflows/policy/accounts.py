"""Whose an account or an e-mail address is, by what Slack says of people. Pure functions.

What gives somebody something needs an address that is one account's alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows.ports import Person
from workflows.text import comparable

ADDRESSES_TOLD = 10


@dataclass(frozen=True)
class Addresses:
    """Whose each address is, in its comparable form. `disputed` ones are nobody's; it has the accounts between them."""

    owners: Mapping[str, str] = field(default_factory=dict)
    disputed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)
    """Who had an address last, for as long as they are here, whether or not they still have it."""


NO_ADDRESSES = Addresses()


def addresses_of(people: Iterable[Person], before: Addresses = NO_ADDRESSES) -> Addresses:
    """Whose each address is now. Two accounts have it, or somebody who is still here had it `before`: nobody's."""
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
    """The account that a bundle means by an id, or by the address of somebody who isn't a guest."""
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
        return f"the address is between {' and '.join(between[:5])}, so it identifies nobody"
    if owner := addresses.owners.get(address):
        return f"{owner} is a guest; name guests by their Slack user id"
    return "no active member of this workspace has this address"


def dispute(addresses: Addresses) -> str | None:
    """What is to be alarmed of addresses that are nobody's; None if there are none."""
    if not addresses.disputed:
        return None
    told = [f"{address} ({' and '.join(ids[:5])})" for address, ids in sorted(addresses.disputed.items())]
    more = f" and {len(told) - ADDRESSES_TOLD} more" if len(told) > ADDRESSES_TOLD else ""
    return (
        "Several Slack accounts share an e-mail address, or did until just now, so Daypass ignores it: "
        f"{', '.join(told[:ADDRESSES_TOLD])}{more}. Groups that name it are without that person, and nobody signs in by "
        "it. Correct the address in Slack, or name people by their Slack user id in the bundle. If an address has rightly "
        "passed to someone else, restart Daypass."
    )
