"""Joins Slack's people and the bundle's names for them into one directory. Pure functions.

What gives someone more (a group, owning a machine, a sign-in) needs an address that only one account has. What keeps
someone out (their own request, a second review) treats accounts as one person as soon as they may be.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from workflows.policy.accounts import (
    Addresses,
    account_of,
    accounts_of,
    addresses_of,
    here,
    why_unknown,
)
from workflows.policy.bundle import Bundle
from workflows.policy.groups import ON_CALL, SLACK_USER_GROUP, Known, Usergroups, source_of
from workflows.policy.on_call import Shift
from workflows.policy.provisioned import NOTHING_PROVISIONED, Provisioned, managers_of
from workflows.ports import MACHINE, Directory, Machine, Person
from workflows.text import alike, looks

NO_SHIFTS: Mapping[str, Shift] = {}
SCHEDULES_TOLD = 5
UNKNOWN_SCHEDULE = "who is on call by the schedule {schedule} can't be told ({why})"
CORRECT = "Correct on-call.yaml in the policy bundle."


def build_directory(
    bundle: Bundle,
    people: Iterable[Person],
    usergroups: Usergroups,
    addresses: Addresses | None = None,
    shifts: Mapping[str, Shift] = NO_SHIFTS,
    provisioned: Provisioned = NOTHING_PROVISIONED,
) -> Directory:
    """Build the directory, with the bundle's groups as Slack user ids; `addresses` are these people's, if known already.

    `shifts` say who is on call, `provisioned` what an identity provider has pushed. People who can't be found are in no
    group; `unresolved` names them. Guests are in a group only by their id.
    """
    everybody = list(people)
    known = here(everybody)
    whose = addresses or addresses_of(everybody)
    owners, sources = whose.owners, Known(known, whose, usergroups, shifts, provisioned)
    groups = {name: source_of(group).members(group, sources) for name, group in bundle.groups.items()}
    machines = {
        f"{MACHINE}{name}": Machine(
            name=name,
            title=one.title,
            owners=accounts_of(one.owners, known, owners),
            groups=frozenset(one.groups),
        )
        for name, one in bundle.machines.machines.items()
    }
    identities = _identities(bundle.identities, known, owners)
    on_call, unknown = _on_call(sources)
    return Directory(
        _with_unique_names(known),
        groups,
        identities,
        machines,
        owners,
        on_call,
        unknown,
        {name: group.on_call for name, group in bundle.groups.items() if group.on_call is not None},
        _alike(identities, everybody),
        managers_of(provisioned, known, owners),
    )


def _on_call(known: Known) -> tuple[dict[str, frozenset[str]], dict[str, str]]:
    """Who is on call, by schedule, and of which schedules that isn't known, with the reason."""
    people = {
        name: accounts_of(shift.people, known.people, known.addresses.owners)
        for name, shift in known.shifts.items()
    }
    return people, {name: shift.unknown for name, shift in known.shifts.items() if shift.unknown}


def without(directory: Directory, gone: Collection[str]) -> Directory:
    """Give the directory with these people in no group and owning nothing; what keeps them out stays."""
    out = frozenset(gone)
    return replace(
        directory,
        people={id: one for id, one in directory.people.items() if id not in out},
        groups={name: members - out for name, members in directory.groups.items()},
        machines={id: replace(one, owners=one.owners - out) for id, one in directory.machines.items()},
        addresses={address: id for address, id in directory.addresses.items() if id not in out},
        managers={one: by for one, by in directory.managers.items() if one not in out and by not in out},
        on_call={name: people - out for name, people in directory.on_call.items()},
    )


def by_user_group(bundle: Bundle, directory: Directory) -> frozenset[str]:
    """Give who is in one of the bundle's groups through a Slack user group."""
    named = [name for name, group in bundle.groups.items() if source_of(group) is SLACK_USER_GROUP]
    return directory.all_members_of(named)


def after_hand_over(bundle: Bundle, directory: Directory, shifts: Mapping[str, Shift]) -> Directory:
    """Give the directory with these people on call, and the rest unchanged."""
    known = Known(directory.people, Addresses(directory.addresses), shifts=shifts)
    changing = {
        name: ON_CALL.members(group, known)
        for name, group in bundle.groups.items()
        if source_of(group) is ON_CALL
    }
    on_call, unknown = _on_call(known)
    return replace(
        directory, groups={**directory.groups, **changing}, on_call=on_call, on_call_unknown=unknown
    )


def nobody_on_call(bundle: Bundle, directory: Directory, shifts: Mapping[str, Shift]) -> str | None:
    """Write the alarm about on-call groups with nobody on call; None if there are none."""
    known = Known(directory.people, Addresses(directory.addresses), shifts=shifts)
    empty = {
        name: ON_CALL.left_out(name, group, known)
        for name, group in bundle.groups.items()
        if source_of(group) is ON_CALL and not directory.members(name)
    }
    named = {bundle.groups[name].on_call for name in empty}
    unread = [
        UNKNOWN_SCHEDULE.format(schedule=name, why=why)
        for name, why in directory.on_call_unknown.items()
        if name not in named
    ]
    told = [*(one for sentences in empty.values() for one in sentences), *unread]
    if not told:
        return None
    unknown = named <= directory.on_call_unknown.keys()
    return (
        f"Nobody can be reached on call: {'; '.join(told[:SCHEDULES_TOLD])}. "
        f"A stage's other approvers decide instead. {'' if unknown else CORRECT}".strip()
    )


def _identities(
    named: Mapping[str, str], known: Mapping[str, Person], addresses: Mapping[str, str]
) -> dict[str, str]:
    """Give people.yaml's identities, also under the Slack user ids of the accounts named there."""
    ids = {id.casefold(): id for id in known}
    accounts = {name: ids.get(name) or account_of(name, known, addresses) for name in named}
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


def unresolved(
    bundle: Bundle,
    people: Iterable[Person],
    usergroups: Usergroups,
    addresses: Addresses | None = None,
    shifts: Mapping[str, Shift] = NO_SHIFTS,
    provisioned: Provisioned = NOTHING_PROVISIONED,
) -> tuple[str, ...]:
    """Give a sentence for each member or user group in the bundle that Slack doesn't know, or knows twice."""
    everybody = list(people)
    known = Known(here(everybody), addresses or addresses_of(everybody), usergroups, shifts, provisioned)
    left_out = [
        sentence
        for name, group in bundle.groups.items()
        for sentence in source_of(group).left_out(name, group, known)
    ]
    ownerless = [
        f"{owner} can't own the machine {name}: {why_unknown(owner, known.addresses)}"
        for name, one in bundle.machines.machines.items()
        for owner in one.owners
        if account_of(owner, known.people, known.addresses.owners) is None
    ]
    return (*left_out, *ownerless)


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
