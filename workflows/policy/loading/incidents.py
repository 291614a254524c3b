"""What a bundle says of incidents and playbooks, checked against the rest of the bundle."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from workflows.durations import spell_duration
from workflows.policy.bundle import Entitlement
from workflows.policy.document import Document, Path
from workflows.policy.problems import Problem, no_channel, undefined
from workflows.policy.schema.actions import NAMES, ActionBlock, action_terms
from workflows.policy.schema.incidents import IncidentsFile, PlaybookFile, StepBlock
from workflows.policy.schema.rules import Group, InIncident, ResourceFile
from workflows.policy.terms.incidents import (
    IncidentAccess,
    IncidentTerms,
    PlaybookTerms,
    RoleTerms,
    SeverityTerms,
    StepTerms,
)
from workflows.policy.terms.inputs import required
from workflows.policy.terms.releases import ReleaseTerms

MAX_PLAYBOOK_CHARS = 40_000
"""Bytes of a playbook's terms: an event has to fit into an entry of the log."""


@dataclass(frozen=True)
class IncidentNames:
    """What incidents and playbooks may name; `file` is None if the bundle has no incidents.yaml.

    `entitlements` are those without a fault; `written` are the names of all, so that a fault is told once.
    """

    file: IncidentsFile | None
    entitlements: Mapping[str, Entitlement]
    written: Collection[str]
    services: Mapping[str, ReleaseTerms]
    groups: Mapping[str, Group]
    channels: Mapping[str, str]

    @property
    def roles(self) -> Collection[str]:
        return self.file.roles if self.file else ()

    @property
    def severities(self) -> Collection[str]:
        return self.file.severities if self.file else ()


def incident_access(block: InIncident) -> IncidentAccess:
    return IncidentAccess.model_validate(block.model_dump())


def incident_terms(file: IncidentsFile, channels: Mapping[str, str], digest: str) -> IncidentTerms:
    return IncidentTerms(
        severities=tuple(
            SeverityTerms(name=name, title=one.title, invite=one.invite, page=one.page)
            for name, one in file.severities.items()
        ),
        roles=tuple(
            RoleTerms(name=name, title=one.title, eligible=one.eligible) for name, one in file.roles.items()
        ),
        declare=file.declare,
        announce=channels.get(file.announce, ""),
        private=file.private,
        failed_check=file.failed_check or "",
        digest=digest,
    )


def playbook_terms(file: PlaybookFile, channels: Mapping[str, str], digest: str) -> PlaybookTerms:
    return PlaybookTerms(
        name=file.playbook,
        title=file.title,
        services=file.services,
        digest=digest,
        steps=tuple(
            StepTerms(
                name=step.name,
                title=step.title,
                phase=phase.title,
                owner=step.owner,
                within=step.within,
                escalate_after=step.escalate.after if step.escalate else None,
                escalate_to=step.escalate.to if step.escalate else (),
                action=action_terms(step.action, channels) if step.action else None,
            )
            for phase in file.phases
            for step in phase.steps
        ),
    )


def incidents_problems(document: Document, file: IncidentsFile, names: IncidentNames) -> Iterator[Problem]:
    """Names in incidents.yaml that nobody defined."""
    yield from _unknown(document, ("declare",), file.declare, names.groups, "group")
    yield from _unknown(document, ("private",), file.private, names.groups, "group")
    if file.announce not in names.channels:
        yield document.problem(("announce",), *no_channel(file.announce, names.channels))
    for name, severity in file.severities.items():
        path: Path = ("severities", name, "invite")
        yield from _unknown(document, path, severity.invite, names.groups, "group")
        yield from _unknown(document, ("severities", name, "page"), severity.page, file.pagers, "pager")
    for name, role in file.roles.items():
        yield from _unknown(document, ("roles", name, "eligible"), role.eligible, names.groups, "group")
    if file.failed_check is not None:
        yield from _unknown_one(document, ("failed_check",), file.failed_check, file.severities, "severity")


def in_incident_problems(document: Document, file: ResourceFile, names: IncidentNames) -> Iterator[Problem]:
    """Of each entitlement: what it says of incidents, against incidents.yaml and against its own rule."""
    for name, block in file.entitlements.items():
        if block.in_incident is None:
            continue
        path: Path = ("entitlements", name, "in_incident")
        given = block.in_incident
        yield from _unknown(document, (*path, "severities"), given.severities, names.severities, "severity")
        yield from _unknown(document, (*path, "roles"), given.roles, names.roles, "role")
        yield from _unknown_one(document, (*path, "approver"), given.approver, names.roles, "role")
        rule = names.entitlements[name].rule if name in names.entitlements else None
        if rule and given.longest is not None and given.longest > rule.longest:
            what = "this is longer than its rule allows"
            yield document.problem((*path, "longest"), what, f"use at most {spell_duration(rule.longest)}")


def playbook_problems(document: Document, file: PlaybookFile, names: IncidentNames) -> Iterator[Problem]:
    """Whatever a playbook names that doesn't exist, or that couldn't be done."""
    yield from _unknown(document, ("services",), file.services, names.services, "service")
    granted: set[tuple[str, str]] = set()
    for number, phase in enumerate(file.phases):
        for index, step in enumerate(phase.steps):
            path: Path = ("phases", number, "steps", index)
            yield from _unknown_one(document, (*path, "owner"), step.owner, names.roles, "role")
            if step.escalate:
                to = (*path, "escalate", "to")
                yield from _unknown(document, to, step.escalate.to, names.groups, "group")
            yield from _action_problems(document, path, step, names, granted)
    size = len(playbook_terms(file, names.channels, "").model_dump_json().encode())
    if size > MAX_PLAYBOOK_CHARS:
        what = f"its steps add up to {size:,} bytes, too large for one event of the log"
        yield document.problem(
            ("phases",),
            what,
            f"use at most {MAX_PLAYBOOK_CHARS:,} bytes: shorten the texts or split the playbook",
        )


def _action_problems(
    document: Document, path: Path, step: StepBlock, names: IncidentNames, granted: set[tuple[str, str]]
) -> Iterator[Problem]:
    action, inside = step.action, (*path, "action")
    if action is None:
        return
    known = {"role": names.roles, "service": names.services, "severity": names.severities}
    for field, kind in NAMES.items():
        if (name := getattr(action, field)) is not None:
            yield from _unknown_one(document, (*inside, field), name, known[kind], kind)
    if action.channel is not None and action.channel not in names.channels:
        yield document.problem((*inside, "channel"), *no_channel(action.channel, names.channels))
    if action.grant is not None:
        granted.add((action.grant, action.to or ""))
        yield from _grant_problems(document, inside, action, names)
    if action.revoke is not None and (action.revoke, action.to or "") not in granted:
        what = f"no earlier step grants “{action.revoke}” to {action.to}"
        yield document.problem((*inside, "revoke"), what, "add the grant before this step")


def _grant_problems(
    document: Document, path: Path, action: ActionBlock, names: IncidentNames
) -> Iterator[Problem]:
    for field in ("grant", "drill"):
        name = getattr(action, field)
        if name is None:
            continue
        yield from _unknown_one(document, (*path, field), name, names.written, "entitlement")
        entitlement = names.entitlements.get(name)
        if entitlement and (action.lasting or 0) > entitlement.rule.longest:
            most = spell_duration(entitlement.rule.longest)
            yield document.problem(
                (*path, "lasting"), f"“{name}” can't last this long", f"use at most {most}"
            )
        if needed := entitlement and required(entitlement.inputs):
            what = f"“{name}” requires inputs, which a playbook doesn't give: {', '.join(needed)}"
            yield document.problem((*path, field), what, "give them a default, or grant something else")
        if field == "drill" and entitlement and not entitlement.drill:
            what = f"“{name}” isn't marked for drills"
            yield document.problem(
                (*path, "drill"), what, "set drill: true on it, if it gives access to nothing real"
            )


def _unknown(
    document: Document, path: Path, names: Collection[str], known: Collection[str], kind: str
) -> Iterator[Problem]:
    for index, name in enumerate(names):
        yield from _unknown_one(document, (*path, index), name, known, kind)


def _unknown_one(
    document: Document, path: Path, name: str, known: Collection[str], kind: str
) -> Iterator[Problem]:
    if name not in known:
        yield document.problem(path, *undefined(kind, name, known))
