"""Joins Slack's people and the bundle's names for them into one directory. Pure functions.

What gives someone more (a group, owning a machine, a sign-in) needs an address that only one account has. What keeps
someone out (their own request, a second review) treats accounts as one person as soon as they may be.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from workflows.policy.bundle import Bundle
from workflows.ports import MACHINE, Directory, Machine, Person
from workflows.text import alike, comparable, looks

Usergroups = Mapping[str, Collection[str]]
"""Slack's, by id and by handle without `@`: user ids."""
ADDRESSES_TOLD = 10
PEOPLE_TOLD = 10


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
    here = _here(people)
    having: dict[str, set[str]] = defaultdict(set)
    for person in here.values():
        if address := comparable(person.email):
            having[address].add(person.id)
    claims = {address: owner for address, owner in before.claims.items() if owner in here}
    between = {address: found | _claim(claims, address) for address, found in having.items()}
    disputed = {address: tuple(sorted(found)) for address, found in between.items() if len(found) > 1}
    owners = {address: min(found) for address, found in having.items() if address not in disputed}
    return Addresses(owners, disputed, claims | owners)


def _here(people: Iterable[Person]) -> dict[str, Person]:
    return {one.id: one for one in people if one.standing != "outside"}


def _claim(claims: Mapping[str, str], address: str) -> set[str]:
    return {claims[address]} if address in claims else set()


def build_directory(
    bundle: Bundle,
    people: Iterable[Person],
    usergroups: Usergroups,
    addresses: Addresses | None = None,
) -> Directory:
    """Build the directory, with the bundle's groups as Slack user ids; `addresses` are these people's, if known already.

    People who can't be found are in no group; `unresolved` names them. Guests are in a group only by their id.
    """
    everybody = list(people)
    known = _here(everybody)
    owners = (addresses or addresses_of(everybody)).owners
    groups = {
        name: _in_slack(group.slack_usergroup, known, usergroups) | _named(group.members, known, owners)
        for name, group in bundle.groups.items()
    }
    machines = {
        f"{MACHINE}{name}": Machine(
            name=name,
            title=one.title,
            owners=_named(one.owners, known, owners),
            groups=frozenset(one.groups),
        )
        for name, one in bundle.machines.machines.items()
    }
    identities = _identities(bundle.identities, known, owners)
    return Directory(
        _with_unique_names(known), groups, identities, machines, owners, _alike(identities, everybody)
    )


def without(directory: Directory, gone: Collection[str]) -> Directory:
    """Give the directory with these people in no group and owning nothing; what keeps them out stays."""
    out = frozenset(gone)
    return replace(
        directory,
        people={id: one for id, one in directory.people.items() if id not in out},
        groups={name: members - out for name, members in directory.groups.items()},
        machines={id: replace(one, owners=one.owners - out) for id, one in directory.machines.items()},
        addresses={address: id for address, id in directory.addresses.items() if id not in out},
    )


def by_user_group(bundle: Bundle, directory: Directory) -> frozenset[str]:
    """Give who is in one of the bundle's groups through a Slack user group."""
    named = [name for name, group in bundle.groups.items() if group.slack_usergroup]
    return frozenset[str]().union(*(directory.members(name) for name in named))


def _in_slack(usergroup: str | None, known: Mapping[str, Person], usergroups: Usergroups) -> frozenset[str]:
    """Give the user group's active members; Slack may still list people who left, guests and bots."""
    listed = usergroups.get((usergroup or "").removeprefix("@"), ())
    return frozenset(id for id in listed if id in known and known[id].standing == "member")


def _named(names: Iterable[str], known: Mapping[str, Person], addresses: Mapping[str, str]) -> frozenset[str]:
    found = (_account(name, known, addresses) for name in names)
    return frozenset(id for id in found if id)


def _account(name: str, known: Mapping[str, Person], addresses: Mapping[str, str]) -> str | None:
    """Find the account that a bundle names by its id, or by its address if it isn't a guest's."""
    if "@" not in name:
        return name if name in known else None
    owner = known.get(addresses.get(comparable(name) or "", ""))
    return owner.id if owner and owner.standing == "member" else None


def _identities(
    named: Mapping[str, str], known: Mapping[str, Person], addresses: Mapping[str, str]
) -> dict[str, str]:
    """Give people.yaml's identities, also under the Slack user ids of the accounts named there."""
    ids = {id.casefold(): id for id in known}
    accounts = {name: ids.get(name) or _account(name, known, addresses) for name in named}
    return {**named, **{id: named[name] for name, id in accounts.items() if id}}


def _alike(identities: Mapping[str, str], people: Iterable[Person]) -> dict[str, str]:
    """Give accounts that may belong to one person the same identity: people.yaml's, if it has one for any of them."""
    sharing: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        if wide := alike(person.email):
            sharing[wide].append(person)
    found: dict[str, str] = {}
    for wide, some in sharing.items():
        said = {identities[one.id] for one in some if one.id in identities}
        said |= {identities[name] for name in (wide, *_folded(some)) if name in identities}
        if said or len(some) > 1:
            word = min(said) if said else min(one.id for one in some)
            found |= {one.id: word for one in some if one.id not in identities}
    return found


def _folded(people: Iterable[Person]) -> list[str]:
    return [one.email.casefold() for one in people if one.email]


def _with_unique_names(people: Mapping[str, Person]) -> dict[str, Person]:
    """Add the id to names that look like another person's."""
    looking: dict[str, list[str]] = defaultdict(list)
    for person in people.values():
        looking[looks(person.name)].append(person.id)
    return {
        id: replace(one, name=f"{one.name} ({id})") if len(looking[looks(one.name)]) > 1 else one
        for id, one in people.items()
    }


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


def unresolved(
    bundle: Bundle,
    people: Iterable[Person],
    usergroups: Usergroups,
    addresses: Addresses | None = None,
) -> tuple[str, ...]:
    """Give a sentence for each member or user group in the bundle that Slack doesn't know, or knows twice."""
    everybody = list(people)
    known, whose = _here(everybody), addresses or addresses_of(everybody)

    def lost(names: Iterable[str], what: str) -> list[str]:
        missing = [name for name in names if _account(name, known, whose.owners) is None]
        return [f"{name} {what}: {_why(name, whose)}" for name in missing]

    told = [
        *(
            lost(one.members, f"of the group {name} can't request or approve")
            for name, one in bundle.groups.items()
        ),
        *(
            lost(one.owners, f"can't own the machine {name}")
            for name, one in bundle.machines.machines.items()
        ),
    ]
    empty = [
        f"the Slack user group {group.slack_usergroup} of the group {name} wasn't found or is disabled, so the group is empty"
        for name, group in bundle.groups.items()
        if group.slack_usergroup and group.slack_usergroup.removeprefix("@") not in usergroups
    ]
    return (*(sentence for some in told for sentence in some), *empty, *_uncounted(bundle, known, usergroups))


def _uncounted(bundle: Bundle, known: Mapping[str, Person], usergroups: Usergroups) -> list[str]:
    """Give a sentence for each user group that lists former members, guests or bots."""
    told = []
    for name, group in bundle.groups.items():
        listed = usergroups.get((group.slack_usergroup or "").removeprefix("@"), ())
        if out := sorted(set(listed) - _in_slack(group.slack_usergroup, known, usergroups)):
            more = f" and {len(out) - PEOPLE_TOLD} more" if len(out) > PEOPLE_TOLD else ""
            told.append(
                f"{len(out)} of the {len(set(listed))} accounts in the Slack user group {group.slack_usergroup} don't "
                f"count in the group {name}, because they aren't active members: {', '.join(out[:PEOPLE_TOLD])}{more}"
            )
    return told


def _why(name: str, addresses: Addresses) -> str:
    address = comparable(name)
    if address is None:
        return "no active member of this workspace has this address; only ASCII addresses are compared"
    if between := addresses.disputed.get(address):
        return f"{' and '.join(between[:5])} share the address, so it identifies nobody"
    if owner := addresses.owners.get(address):
        return f"{owner} is a guest; name guests by their Slack user id"
    return "no active member of this workspace has this address"


@dataclass(frozen=True)
class Doubt:
    """Why people can't be confirmed to be the same as when last checked: everyone except those in `sure`."""

    sentence: str
    sure: frozenset[str] = frozenset()
    """People confirmed one by one since then."""
    only: frozenset[str] | None = None
    """If given, the doubt concerns only these."""

    def concerns(self, person: str) -> bool:
        return person not in self.sure and (self.only is None or person in self.only)


NOBODY_ANSWERS = "This machine has no owner in Slack, so it can't request anything. Set one in machines.yaml."
