"""What an identity provider has pushed about people, as far as decisions need it. Pure functions.

People are matched by e-mail address. What gives somebody something needs an address that one active user has; what
takes something away holds for every account that may be the leaver's.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from workflows.policy.accounts import account_of
from workflows.ports import Directory, Person
from workflows.text import comparable

LeaverStatus = Literal["new", "held", "left", "confirmed", "kept"]
"""`new`: not looked at yet; `held`: an operator is asked; `left`, or `confirmed` by one; `kept`: one said they stay."""
OUT: tuple[LeaverStatus, ...] = ("left", "confirmed")
IN_DOUBT: tuple[LeaverStatus, ...] = ("new", "held")
UNCONFIRMED_LEAVER = (
    "Nothing was done: your company's directory says that you have left. If that's wrong, ask an operator to reject "
    "it in the console."
)


@dataclass(frozen=True)
class Leaver:
    """An address whose user was deactivated or deleted; `departure` is the subject that it is part of."""

    address: str
    status: LeaverStatus
    since: datetime
    departure: str | None = None


@dataclass(frozen=True)
class Provisioned:
    """Addresses are comparable ones. Groups are by `name_key` of their display names."""

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The addresses of their active users."""
    managers: Mapping[str, str] = field(default_factory=dict)
    """A user's address → their manager's."""
    leavers: tuple[Leaver, ...] = ()


NOTHING_PROVISIONED = Provisioned()


@dataclass(frozen=True)
class LeavingAccounts:
    """A leaver with the Slack accounts that may be theirs."""

    leaver: Leaver
    accounts: frozenset[str]


@dataclass(frozen=True)
class User:
    """A pushed user as facts are made from them. `id` is Daypass's own for them, `manager` another user's."""

    id: str
    address: str | None
    active: bool
    manager: str | None


def name_key(name: str) -> str:
    """Give the name as names are compared: without regard to case, in one Unicode form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower())


def provisioned(
    users: Iterable[User], groups: Mapping[str, Collection[str]], leavers: Iterable[Leaver]
) -> Provisioned:
    """Make the facts. `groups` are ids of users by the group's key.

    An address that two active users have is nobody's.
    """
    active = [one for one in users if one.active and one.address]
    having: dict[str, list[User]] = {}
    for one in active:
        having.setdefault(one.address or "", []).append(one)
    addresses = {some[0].id: address for address, some in having.items() if len(some) == 1}
    return Provisioned(
        {
            key: frozenset(addresses[member] for member in members if member in addresses)
            for key, members in groups.items()
        },
        {
            addresses[one.id]: addresses[one.manager]
            for one in active
            if one.manager in addresses and one.id in addresses and one.manager != one.id
        },
        tuple(leavers),
    )


def managers_of(facts: Provisioned, known: Mapping[str, Person], owners: Mapping[str, str]) -> dict[str, str]:
    """Give each person's manager, both by Slack user id; nobody is their own manager."""
    found = {
        account_of(address, known, owners): account_of(manager, known, owners)
        for address, manager in facts.managers.items()
    }
    return {one: manager for one, manager in found.items() if one and manager and one != manager}


def leaving(
    leavers: Iterable[Leaver], people: Iterable[Person], directory: Directory
) -> tuple[LeavingAccounts, ...]:
    """Give the leavers with every account in Slack that has their address, or surely is the same person's."""
    gone = tuple(leavers)
    if not gone:
        return ()
    having: dict[str, set[str]] = {}
    for person in people:
        if address := comparable(person.email):
            having.setdefault(address, set()).add(person.id)
    return tuple(LeavingAccounts(one, directory.all_accounts_of(having.get(one.address, ()))) for one in gone)


def accounts_in(found: Iterable[LeavingAccounts], statuses: Collection[LeaverStatus]) -> frozenset[str]:
    """Give the accounts of all leavers in one of these statuses."""
    return frozenset[str]().union(*(one.accounts for one in found if one.leaver.status in statuses))
