"""A loaded policy bundle: every rule merged over its levels, every reference resolved. Plain data."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from workflows.engines import ENGINES, Engine
from workflows.policy.conditions import Compiled
from workflows.policy.fields import Risk
from workflows.policy.incident_terms import IncidentAccess, IncidentTerms, PlaybookTerms
from workflows.policy.machines import Machines
from workflows.policy.model import Group, Recipe, Rehearsal, Settings
from workflows.policy.release_terms import ReleaseTerms
from workflows.policy.terms import StageTerms, Terms, TicketTerms, VaultTerms
from workflows.ports import MACHINE, Directory, Machine, Person


@dataclass(frozen=True)
class LoadedCondition:
    """`denies`: it refuses when true. Otherwise it refuses when not true. An error refuses always."""

    name: str
    denies: bool
    compiled: Compiled
    because: str
    source: str


@dataclass(frozen=True)
class EffectiveRule:
    """What holds for one entitlement, its levels merged; times are seconds."""

    eligible: tuple[str, ...]
    longest: int
    shortest: int
    default: int
    justification_min: int
    justification_max: int
    ticket: TicketTerms
    conditions: tuple[LoadedCondition, ...]
    automatic: bool
    stages: tuple[StageTerms, ...]
    lapse: int
    warn: int
    credentials: int | None


@dataclass(frozen=True)
class Entitlement:
    """Something that can be asked for. `source` is `file:line`, `place` the names of its levels."""

    id: str
    title: str
    description: str
    risk: Risk
    aliases: tuple[str, ...]
    resource: str
    resource_title: str
    environment: str
    environment_title: str
    vault: Recipe
    connect: str
    drill: bool
    in_incident: IncidentAccess | None
    rule: EffectiveRule
    source: str

    @property
    def secrets_engine(self) -> Engine:
        return ENGINES[self.vault.engine_name]

    @property
    def place(self) -> str:
        return f"{self.environment} › {self.resource} › {self.id}"


@dataclass(frozen=True)
class LoadedRehearsal:
    source: str
    rehearsal: Rehearsal


@dataclass(frozen=True)
class Bundle:
    """`digest` is SHA-256, in hex, over the names and bytes of all its files."""

    settings: Settings
    groups: Mapping[str, Group]
    entitlements: Mapping[str, Entitlement]
    services: Mapping[str, ReleaseTerms]
    machines: Machines
    identities: Mapping[str, str]
    """Account, e-mail address or other name, casefolded → whose it is."""
    incidents: IncidentTerms | None
    playbooks: Mapping[str, PlaybookTerms]
    rehearsals: tuple[LoadedRehearsal, ...]
    digest: str

    @property
    def channels(self) -> Mapping[str, str]:
        return self.settings.channels.named()

    @property
    def short_digest(self) -> str:
        return short_digest(self.digest)

    @property
    def targets(self) -> frozenset[str]:
        """Where credentials are used, and are to be confirmed gone."""
        return frozenset(one.vault.target for one in self.entitlements.values() if one.vault.target)


def short_digest(digest: str) -> str:
    """Enough of a digest to be told from another by a person."""
    return digest[:12]


def terms_of(bundle: Bundle, entitlement: Entitlement) -> Terms:
    """What a request for it has to meet under this bundle."""
    rule = entitlement.rule
    return Terms(
        entitlement=entitlement.id,
        title=entitlement.title,
        resource=entitlement.resource,
        resource_title=entitlement.resource_title,
        environment=entitlement.environment,
        risk=entitlement.risk,
        vault=VaultTerms(
            secrets_engine=entitlement.vault.engine_name,
            path=entitlement.vault.path,
            policy=entitlement.vault.policy,
            parameters=dict(entitlement.vault.parameters),
            target=entitlement.vault.target,
        ),
        connect=entitlement.connect,
        longest=rule.longest,
        shortest=rule.shortest,
        default=rule.default,
        justification_min=rule.justification_min,
        justification_max=rule.justification_max,
        ticket=rule.ticket,
        automatic=rule.automatic,
        stages=rule.stages,
        lapse=rule.lapse,
        warn=rule.warn,
        credentials=rule.credentials,
        rule=f"{bundle.settings.name}: {entitlement.place} ({entitlement.source})",
        digest=bundle.digest,
    )


def build_directory(
    bundle: Bundle,
    people: Iterable[Person],
    usergroups: Mapping[str, Collection[str]],
) -> Directory:
    """The bundle's groups as Slack user ids.

    `usergroups` are Slack's, by id or by handle without `@`. Who can't be found is in no group;
    `unresolved` names them.
    """
    known = {person.id: person for person in people}
    ids = _ids(known)
    groups = {
        name: frozenset(usergroups.get((group.slack_usergroup or "").removeprefix("@"), ()))
        | frozenset(ids[member.casefold()] for member in group.members if member.casefold() in ids)
        for name, group in bundle.groups.items()
    }
    machines = {
        f"{MACHINE}{name}": Machine(
            name=name,
            title=one.title,
            owners=frozenset(ids[owner.casefold()] for owner in one.owners if owner.casefold() in ids),
            groups=frozenset(one.groups),
        )
        for name, one in bundle.machines.machines.items()
    }
    return Directory(known, groups, _identities(bundle, ids), machines)


def _identities(bundle: Bundle, ids: Mapping[str, str]) -> dict[str, str]:
    """As the bundle says, with the Slack user ids of the accounts that it names by e-mail address."""
    by_id = {ids[name]: person for name, person in bundle.identities.items() if name in ids}
    return {**bundle.identities, **by_id}


def unresolved(
    bundle: Bundle,
    people: Iterable[Person],
    usergroups: Mapping[str, Collection[str]],
) -> tuple[str, ...]:
    """A sentence for each member or user group of the bundle that Slack doesn't know."""
    ids = _ids({person.id: person for person in people})
    lost = [
        f"{member} of the group {name} isn't known to Slack and can neither ask nor approve"
        for name, group in bundle.groups.items()
        for member in group.members
        if member.casefold() not in ids
    ]
    ownerless = [
        f"{owner}, who answers for the machine {name}, isn't known to Slack"
        for name, machine in bundle.machines.machines.items()
        for owner in machine.owners
        if owner.casefold() not in ids
    ]
    empty = [
        f"the Slack user group {group.slack_usergroup} of the group {name} wasn't found: the group is empty"
        for name, group in bundle.groups.items()
        if group.slack_usergroup and group.slack_usergroup.removeprefix("@") not in usergroups
    ]
    return tuple(lost + ownerless + empty)


def _ids(people: Mapping[str, Person]) -> dict[str, str]:
    """Slack id by id and by e-mail address, both casefolded."""
    by_email = {person.email.casefold(): person.id for person in people.values() if person.email}
    return by_email | {identity.casefold(): identity for identity in people}
