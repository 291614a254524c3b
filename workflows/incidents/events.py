"""What can happen to an incident: the events that its log is made of."""

from datetime import date, datetime
from typing import Literal

from workflows.incidents.pagers.events import PageEvent
from workflows.incidents.state import AccessStatus
from workflows.policy.terms.incidents import IncidentTerms, PlaybookTerms
from workflows.workflow import Event


class Declared(Event):
    action = "declared"
    texts = frozenset({"title"})
    id: str
    number: int | None = None
    """What people call it by; a private incident has none."""
    by: str
    title: str
    severity: str
    service: str | None
    private: bool
    drill: bool
    release: str | None
    called: tuple[str, ...] = ()
    terms: IncidentTerms
    at: datetime
    members: tuple[str, ...] = ()
    """Whose business it is by then, `PEOPLE_RECORDED` at most."""


class RoomOpened(Event):
    action = "channel-opened"
    channel: str


class RoomWaits(Event):
    action = "channel-delayed"
    reason: str


class Invited(Event):
    action = "people-invited"
    people: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


class RoleTaken(Event):
    """Somebody holds the role from now on; `before` is who held it."""

    action = "role-taken"
    role: str
    person: str
    before: str | None
    by: str
    at: datetime


class RoleOffered(Event):
    action = "role-offered"
    texts = frozenset({"brief"})
    role: str
    to: str
    by: str
    brief: str
    at: datetime


class RoleDeclined(Event):
    action = "role-declined"
    role: str
    by: str


class RoleVacated(Event):
    """Whoever held it has left."""

    action = "role-vacated"
    role: str
    person: str


class SeverityChanged(Event):
    action = "severity-changed"
    before: str
    severity: str


class Mitigated(Event):
    action = "mitigated"
    at: datetime


class Resolved(Event):
    action = "resolved"
    texts = frozenset({"summary"})
    summary: str
    at: datetime


class Reopened(Event):
    action = "reopened"
    texts = frozenset({"reason"})
    reason: str
    at: datetime


class Cancelled(Event):
    action = "cancelled"
    texts = frozenset({"reason"})
    reason: str
    at: datetime
    merged_into: str | None = None


class Reviewed(Event):
    action = "reviewed"
    at: datetime


class Noted(Event):
    """`author` wrote it; `pin` is the message that it stands in."""

    action = "note-added"
    texts = frozenset({"text"})
    text: str
    author: str
    pin: str | None = None


class Pinned(Event):
    action = "message-pinned"
    ts: str


class FollowUpAdded(Event):
    action = "follow-up-added"
    texts = frozenset({"what"})
    id: str
    what: str
    owner: str
    due: date | None


class FollowUpDone(Event):
    action = "follow-up-done"
    id: str


class PlaybookStarted(Event):
    action = "playbook-started"
    playbook: PlaybookTerms
    at: datetime


class StepStarted(Event):
    """The intent, before anything is done. `accesses` are asked for by it, or ended."""

    action = "step-started"
    step: str
    run: int
    by: str
    at: datetime


class StepDone(Event):
    action = "step-done"
    step: str
    run: int
    note: str | None = None
    at: datetime


class StepFailed(Event):
    action = "step-failed"
    step: str
    run: int
    reason: str


class StepWaits(Event):
    action = "step-delayed"
    step: str
    run: int
    reason: str


class StepSkipped(Event):
    action = "step-skipped"
    texts = frozenset({"reason"})
    step: str
    by: str
    reason: str
    at: datetime


class StepOverdue(Event):
    action = "step-became-overdue"
    step: str
    owner: str | None


class StepEscalated(Event):
    action = "step-escalated"
    step: str
    to: tuple[str, ...]


class AccessAsked(Event):
    """A playbook asks, for whoever holds `role`; `by` answers for it."""

    action = "access-requested"
    access: str
    entitlement: str
    title: str
    role: str
    person: str
    seconds: int
    step: str
    by: str
    by_roles: tuple[str, ...]


class AccessChanged(Event):
    action = "access-changed"
    access: str
    status: AccessStatus
    trouble: str | None = None


class AccessEnding(Event):
    """It isn't wanted any more: the intent, before it is revoked."""

    action = "access-end-started"
    access: str
    reason: Literal["resolved", "handed over", "step", "cancelled"]


class Froze(Event):
    action = "releases-frozen"
    service: str


class Thawed(Event):
    action = "releases-unfrozen"
    services: tuple[str, ...]


class FoundAlike(Event):
    """`others`: their numbers by their ids."""

    action = "duplicates-found"
    others: dict[str, str]


class Absorbed(Event):
    action = "merged-from"
    other: str
    number: str


RoleEvent = RoleTaken | RoleOffered | RoleDeclined | RoleVacated
PlaybookEvent = (
    PlaybookStarted
    | StepStarted
    | StepDone
    | StepFailed
    | StepWaits
    | StepSkipped
    | StepOverdue
    | StepEscalated
    | AccessAsked
    | AccessChanged
    | AccessEnding
    | Froze
    | Thawed
)
IncidentEvent = (
    Declared
    | RoomOpened
    | RoomWaits
    | Invited
    | SeverityChanged
    | Mitigated
    | Resolved
    | Reopened
    | Cancelled
    | Reviewed
    | Noted
    | Pinned
    | FollowUpAdded
    | FollowUpDone
    | FoundAlike
    | Absorbed
    | RoleEvent
    | PlaybookEvent
    | PageEvent
)
