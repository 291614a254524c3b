"""What the domain asks of the outside world, as small protocols and plain data.

`integrations/` implements these and `bot/app.py` joins the two; nothing in `workflows/` knows how.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal, Protocol

from pydantic import SecretStr

from workflows.clock_skew import ClockReading
from workflows.text import alike, comparable


class Retryable(Exception):
    """It didn't work now and may work later; the message says why, for a person to read.

    `pause` are the seconds that the other side asks to wait, if it does; `attempts` how many are worth it, if not any
    number.
    """

    pause: float | None = None
    attempts: int | None = None


class Permanent(Exception):
    """It will not work however often it is tried; the message says why, for a person to read."""


class LeftBehind(Permanent):
    """No credential was handed out, but what was made of one can't be taken back: it works until `valid_until`."""

    def __init__(self, sentence: str, valid_until: datetime) -> None:
        super().__init__(sentence)
        self.valid_until = valid_until


Standing = Literal["member", "guest", "outside"]
"""How somebody belongs here: as a confirmed active member, as a guest, or not: of another workspace, invited, left."""


@dataclass(frozen=True)
class Person:
    """Somebody as the directory knows them. `id` is their Slack user id."""

    id: str
    name: str
    email: str | None = None
    standing: Standing = "member"
    zone: str | None = None
    """Their IANA time zone, as Slack says."""


MACHINE = "machine:"
"""What the id of a machine begins with."""


def is_machine(id: str) -> bool:
    return id.startswith(MACHINE)


@dataclass(frozen=True)
class Machine:
    """A program that asks and reads. It is in groups for what it may ask, and never among their members,
    so it decides nothing. `owners` are the Slack user ids of who answers for it."""

    name: str
    title: str
    owners: frozenset[str]
    groups: frozenset[str]


@dataclass(frozen=True)
class Away:
    """Someone is away until then, as they said by the account `owner`. `delegate` decides for them where they are an
    approver by one of `groups`, and `since` is when they were first asked to."""

    absence: str
    owner: str
    since: datetime
    until: datetime
    delegate: str | None = None
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Directory:
    """People and groups at one moment; group names are the bundle's. `people` are members and guests."""

    people: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    identities: Mapping[str, str] = field(default_factory=dict)
    """Who is behind an account (by Slack user id) or another system's name (casefolded)."""
    machines: Mapping[str, Machine] = field(default_factory=dict)
    """By id, such as `machine:nightly-training`."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Whose an address is, in its comparable form; one that several accounts have is nobody's."""
    on_call: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Who is on call, by the schedule's name."""
    on_call_unknown: Mapping[str, str] = field(default_factory=dict)
    """Why nobody can tell who is on call, by the schedule's name; as a sentence."""
    on_call_groups: Mapping[str, str] = field(default_factory=dict)
    """The groups of whoever is on call, each with its schedule."""
    alike: Mapping[str, str] = field(default_factory=dict)
    """One word for accounts, by Slack user id, whose addresses may be one person's, where `identities` has none."""
    managers: Mapping[str, str] = field(default_factory=dict)
    """Who manages whom, by Slack user id, as the identity provider says."""
    away: Mapping[str, Away] = field(default_factory=dict)
    """Who is away, by Slack user id."""
    stand_in: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The groups whose members may decide for those of a group, if they are asked to."""

    def members(self, group: str) -> frozenset[str]:
        return self.groups.get(group, frozenset())

    def all_members_of(self, groups: Iterable[str]) -> frozenset[str]:
        """The members of each of them, together."""
        return frozenset[str]().union(*(self.members(group) for group in groups))

    def groups_of(self, person: str) -> frozenset[str]:
        if machine := self.machines.get(person):
            return machine.groups
        return frozenset(name for name, members in self.groups.items() if person in members)

    def identity(self, person: str) -> str:
        """One word for one human being, whichever of their accounts acts, or may be theirs."""
        return self.identities.get(person) or self.alike.get(person, person)

    def may_be(self, person: str) -> frozenset[str]:
        """All Slack user ids that may be whoever's is behind this one, for keeping people out. It gives them nothing."""
        theirs, identity = self.accounts_of(person), self.identity(person)
        words = {identity, *(self.identity(one) for one in theirs)}
        return theirs | {one for one in self.people if self.identity(one) in words}

    def all_who_may_be(self, people: Iterable[str]) -> frozenset[str]:
        """The accounts that may be one of theirs, together."""
        return frozenset[str]().union(*(self.may_be(one) for one in people))

    def accounts_of(self, person: str) -> frozenset[str]:
        """All Slack user ids of whoever is surely behind this one, itself included. Behind a machine are its owners."""
        if machine := self.machines.get(person):
            return self.all_accounts_of(machine.owners) | {person}
        identity = self.identities.get(person)
        if identity is None:
            return frozenset({person})
        return frozenset({person} | {one for one in self.people if self.identities.get(one) == identity})

    def all_accounts_of(self, people: Iterable[str]) -> frozenset[str]:
        """The accounts of each of them, together."""
        return frozenset[str]().union(*(self.accounts_of(one) for one in people))

    def account_with(self, address: str) -> str | None:
        """The Slack user id of whose address this is, and nobody else's."""
        return self.addresses.get(comparable(address) or "")

    def known_as(self, name: str) -> frozenset[str]:
        """The Slack user ids of all whom another system may call by this name or e-mail address; none if unknown.

        For keeping people out: a name that several might have is all of theirs.
        """
        folded, wide = name.casefold(), alike(name) or ""
        direct = {one for one in self.people if one.casefold() == folded} | self._by_address.get(wide, set())
        behind = {self.identities.get(folded), self.identities.get(wide)} - {None}
        named = {one for one in self.people if self.identity(one) in behind}
        return self.all_who_may_be(direct | named)

    @cached_property
    def _by_address(self) -> Mapping[str, set[str]]:
        """Accounts by what their addresses have in common."""
        found: dict[str, set[str]] = {}
        for person in self.people.values():
            if wide := alike(person.email):
                found.setdefault(wide, set()).add(person.id)
        return found

    def told_for(self, person: str) -> frozenset[str]:
        """Whom to tell what is meant for this one: a machine's owners hear for it."""
        machine = self.machines.get(person)
        return machine.owners if machine else frozenset({person})

    def zone_of(self, person: str) -> str | None:
        """Their IANA time zone; None if Slack doesn't say."""
        known = self.people.get(person)
        return known.zone if known else None

    def name_of(self, person: str) -> str:
        if machine := self.machines.get(person):
            return machine.title
        known = self.people.get(person)
        return known.name if known else person


@dataclass(frozen=True)
class MintOrder:
    """One credential to mint: for whom, under which Vault policy, from which path, until when.

    It lives no longer than `granted`, the grant's whole length, whatever the clocks say.
    """

    credential: str
    grant: str
    requester: str
    vault_policy: str
    secrets_engine: str
    """By its name among `workflows.policy.engines`."""
    path: str
    parameters: Mapping[str, str]
    ends_at: datetime
    granted: timedelta


@dataclass(frozen=True)
class Minted:
    """A credential as it leaves Vault: its handles to keep, and the wrapping token to hand over."""

    accessor: str
    lease_id: str | None
    wrapping_accessor: str
    wrapping_token: SecretStr
    wrapped_for: int
    """Seconds for which the wrapping token can be used."""
    expires_at: datetime
    """When it really ends, as Vault or its engine said; never later than the grant."""
    valid_until: datetime | None = None
    """Set where nothing can take it back: until then it works, whatever is revoked."""
    account: str | None = None
    """Its name at the target, such as a database role; no secret."""


@dataclass(frozen=True)
class CredentialHandles:
    """What Vault knows a credential by. All empty: its minting was cut short, search by metadata."""

    credential: str
    path: str
    accessor: str | None = None
    lease_id: str | None = None
    wrapping_accessor: str | None = None
    asked_at: datetime | None = None
    expires_at: datetime | None = None
    valid_until: datetime | None = None
    account: str | None = None
    target: str | None = None
    """Where it is used, if Daypass can ask there whether it is gone."""
    secrets_engine: str = ""
    """By its name among `workflows.policy.engines`."""


@dataclass(frozen=True)
class VaultDrift:
    """Something in Vault that the ledger can't account for, or that the ledger has and Vault hasn't."""

    key: str
    """Names the finding across runs, so that it alarms once."""
    sentence: str
    repaired: bool
    missing: str | None = None
    """The credential of the ledger that Vault no longer has: the ledger has to end it, and may know better."""


class Vault(Protocol):
    """Credentials with a clock of their own (DESIGN.md, section 6)."""

    async def mint(self, order: MintOrder) -> Minted:
        """Mint, bound to `order.ends_at` by Vault itself. Raises Retryable or Permanent."""

    async def clock(self) -> ClockReading | None:
        """What its clock shows; None if it doesn't say. Raises Retryable."""

    async def end(self, handles: CredentialHandles, known_leases: frozenset[str]) -> tuple[str, ...]:
        """Return only when Vault no longer knows the credential, with what confirmed it, such as `vault`.

        What nothing can take back still works until `handles.valid_until`. Raises Retryable with the reason.
        """

    async def reconcile(
        self, paths: frozenset[str], live: Mapping[str, CredentialHandles], now: datetime
    ) -> list[VaultDrift]:
        """Compare Vault with `live` (credential id → handles); revoke what shouldn't be there, tell what is missing."""

    async def locked_out_soon(self, now: datetime) -> str | None:
        """A sentence if Daypass can't log in any more, or soon won't be able to. Raises Retryable."""


class Target(Protocol):
    """Where credentials are used, such as a database server."""

    @property
    def kind(self) -> str:
        """What it is to people, such as `database`."""

    async def confirm_gone(self, account: str) -> None:
        """Return only when nobody can use the account there, nor a session opened with it. Raises Retryable."""


Targets = Mapping[str, Target]
"""By the names that the bundle has for them."""
