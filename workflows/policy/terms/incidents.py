"""How incidents are run, fixed on one when it is declared: plain data, kept as JSON with the incident."""

from workflows.policy.schema.actions import ActionTerms
from workflows.policy.terms.snapshot import Snapshot

COMMANDER = "commander"
"""The role that every bundle with incidents has."""


class SeverityTerms(Snapshot):
    """The first listed is the most severe. `invite` are the groups that are called into the channel, `page` the pagers
    that are called."""

    name: str
    title: str
    invite: tuple[str, ...] = ()
    page: tuple[str, ...] = ()


class RoleTerms(Snapshot):
    """One person holds it at a time; `eligible` are the groups out of which."""

    name: str
    title: str
    eligible: tuple[str, ...]


class StepTerms(Snapshot):
    """`within` counts from the playbook's start; `escalate_after` from then on."""

    name: str
    title: str
    phase: str
    owner: str
    within: int | None = None
    escalate_after: int | None = None
    escalate_to: tuple[str, ...] = ()
    action: ActionTerms | None = None


class PlaybookTerms(Snapshot):
    """Steps in order, each with the title of its phase."""

    name: str
    title: str
    services: tuple[str, ...]
    digest: str
    """Of the bundle that it stands in."""
    steps: tuple[StepTerms, ...]


class IncidentTerms(Snapshot):
    """The rules that hold for incidents; `private` are the groups that see every private one."""

    severities: tuple[SeverityTerms, ...]
    roles: tuple[RoleTerms, ...]
    declare: tuple[str, ...]
    announce: str
    private: tuple[str, ...]
    failed_check: str
    """The severity of an incident that a failed check declares; empty: it declares none."""
    digest: str

    def severity(self, name: str) -> SeverityTerms | None:
        return next((one for one in self.severities if one.name == name), None)

    def role(self, name: str) -> RoleTerms | None:
        return next((one for one in self.roles if one.name == name), None)


class IncidentAccess(Snapshot):
    """When a playbook's grant needs no stages: whoever holds `approver` approves it by running the step,
    for somebody else who holds one of `roles`, in an incident of one of `severities`.

    Without `longest` it lasts as long as its rule allows."""

    severities: tuple[str, ...]
    roles: tuple[str, ...]
    approver: str
    longest: int | None
