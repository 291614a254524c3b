"""An incident: who runs it, its playbook and what that has done, the access tied to it; what can be asked
of it (commands) and what can happen to it (events)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from pydantic import Field
from ulid import ULID

from workflows.policy.terms.incidents import COMMANDER, IncidentTerms, PlaybookTerms, StepTerms
from workflows.workflow import Command, Event, Part, State

KIND = "inc"

Status = Literal["open", "mitigated", "resolved", "reviewed", "cancelled"]
StepStatus = Literal["waiting", "running", "done", "failed", "skipped"]
AccessStatus = Literal["requested", "active", "ending", "ended", "refused"]

EVERY: tuple[Status, ...] = get_args(Status)
OPEN: tuple[Status, ...] = ("open", "mitigated")
"""Statuses in which it isn't settled yet."""
GOING: tuple[Status, ...] = (*OPEN, "resolved")
"""Statuses in which something can still be done."""
ACCESS_GOING: tuple[AccessStatus, ...] = ("requested", "active", "ending")
"""Statuses of access that is or may become live."""


class Handover(Part):
    """A role offered to somebody, with what they have to know; it passes when they accept."""

    role: str
    to: str
    by: str
    brief: str
    at: datetime


class Step(Part):
    """A step of the playbook that runs. `run` counts its attempts by people; `trouble` is the last one's."""

    name: str
    status: StepStatus = "waiting"
    run: int = 0
    by: str | None = None
    at: datetime | None = None
    trouble: str | None = None
    note: str | None = None
    """What came of it, or why it was skipped."""
    reminded: bool = False
    escalated: bool = False


class Access(Part):
    """Access that a playbook has asked for, for whoever holds a role. `id` is the request's."""

    id: str
    entitlement: str
    title: str
    role: str
    person: str
    seconds: int
    step: str
    status: AccessStatus
    trouble: str | None = None


class FollowUp(Part):
    id: str
    what: str
    owner: str
    due: date | None = None
    done: bool = False


class Incident(State):
    """An incident with all that follows from it. `holders`: role → person."""

    status: Status
    owner: str
    title: str
    severity: str
    service: str | None
    private: bool
    drill: bool
    terms: IncidentTerms
    declared_at: datetime
    release: str | None = None
    """The release whose failed check declared it."""
    called: tuple[str, ...] = ()
    """People called in besides the groups of its severity: those who had to do with that release."""
    channel: str | None = None
    room_trouble: str | None = None
    invited: tuple[str, ...] = ()
    uninvited: dict[str, str] = Field(default_factory=dict)
    """Who couldn't be invited, and Slack's word for why."""
    holders: dict[str, str] = Field(default_factory=dict)
    offers: tuple[Handover, ...] = ()
    playbook: PlaybookTerms | None = None
    started_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    accesses: tuple[Access, ...] = ()
    frozen: tuple[str, ...] = ()
    """Services whose releases it stops."""
    notes: int = 0
    pins: tuple[str, ...] = ()
    """Messages that are pinned into its timeline."""
    follow_ups: tuple[FollowUp, ...] = ()
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    summary: str | None = None
    reason: str | None = None
    """Why it was cancelled or reopened."""
    alike: tuple[str, ...] = ()
    """Other open incidents that may be the same."""
    merged_into: str | None = None
    merged: tuple[str, ...] = ()
    rounds: int = 0
    """Counts resolutions; each has its review document."""

    @property
    def scope(self) -> str | None:
        return self.id if self.private else None

    @property
    def commander(self) -> str | None:
        return self.holders.get(COMMANDER)

    @property
    def number(self) -> str:
        """What people call it: short, and told from others by its random part."""
        return number_of(self.id)

    def step(self, name: str) -> Step | None:
        return next((one for one in self.steps if one.name == name), None)

    def step_terms(self, name: str) -> StepTerms | None:
        steps = self.playbook.steps if self.playbook else ()
        return next((one for one in steps if one.name == name), None)

    def access(self, id: str) -> Access | None:
        return next((one for one in self.accesses if one.id == id), None)

    def overdue_at(self, step: StepTerms) -> datetime | None:
        if self.started_at is None or step.within is None:
            return None
        return self.started_at + timedelta(seconds=step.within)


def number_of(subject: str) -> str:
    """The number of the incident with this id."""
    made_at = ULID.from_str(subject.partition("_")[2]).datetime
    return f"{made_at:%Y%m%d}-{subject[-5:].lower()}"


@dataclass(frozen=True)
class DeclareIncident(Command):
    waits_in_doubt = False
    title: str
    severity: str
    service: str | None = None
    private: bool = False
    drill: bool = False
    playbook: str | None = None
    release: str | None = None
    called: tuple[str, ...] = ()

    @property
    def scope(self) -> str | None:
        return self.subject if self.private else None


@dataclass(frozen=True)
class ClaimRole(Command):
    role: str


@dataclass(frozen=True)
class OfferRole(Command):
    role: str
    to: str
    brief: str


@dataclass(frozen=True)
class AcceptRole(Command):
    role: str


@dataclass(frozen=True)
class DeclineRole(Command):
    waits_in_doubt = False
    role: str


@dataclass(frozen=True)
class CheckCrew(Command):
    """People may have left."""


@dataclass(frozen=True)
class ChangeSeverity(Command):
    severity: str


@dataclass(frozen=True)
class Mitigate(Command):
    pass


@dataclass(frozen=True)
class Resolve(Command):
    summary: str


@dataclass(frozen=True)
class Reopen(Command):
    reason: str


@dataclass(frozen=True)
class Cancel(Command):
    reason: str


@dataclass(frozen=True)
class MergeInto(Command):
    other: str


@dataclass(frozen=True)
class CloseReview(Command):
    """The review has been read and talked about."""


@dataclass(frozen=True)
class AddNote(Command):
    waits_in_doubt = False
    text: str


@dataclass(frozen=True)
class PinMessage(Command):
    """Somebody put 📌 under a message of the incident's channel."""

    waits_in_doubt = False
    ts: str


@dataclass(frozen=True)
class AddFollowUp(Command):
    id: str
    what: str
    owner: str
    due: date | None


@dataclass(frozen=True)
class FinishFollowUp(Command):
    id: str


@dataclass(frozen=True)
class StartPlaybook(Command):
    playbook: str


@dataclass(frozen=True)
class RunStep(Command):
    step: str


@dataclass(frozen=True)
class SkipStep(Command):
    step: str
    reason: str


@dataclass(frozen=True)
class ReportRoom(Command):
    channel: str


@dataclass(frozen=True)
class ReportRoomTrouble(Command):
    reason: str


@dataclass(frozen=True)
class ReportInvited(Command):
    people: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReportPinned(Command):
    ts: str
    author: str
    text: str


@dataclass(frozen=True)
class ReportStep(Command):
    """What came of one run of a step; `trouble` is why it is not done yet, or never will be."""

    step: str
    run: int
    status: Literal["done", "running", "failed"]
    note: str | None = None
    trouble: str | None = None


@dataclass(frozen=True)
class ReportAccess(Command):
    """What became of access that this incident asked for."""

    access: str
    status: AccessStatus
    trouble: str | None = None


@dataclass(frozen=True)
class ReportAlike(Command):
    others: tuple[str, ...]


@dataclass(frozen=True)
class ReportMerged(Command):
    other: str


IncidentCommand = (
    DeclareIncident
    | ClaimRole
    | OfferRole
    | AcceptRole
    | DeclineRole
    | CheckCrew
    | ChangeSeverity
    | Mitigate
    | Resolve
    | Reopen
    | Cancel
    | MergeInto
    | CloseReview
    | AddNote
    | PinMessage
    | AddFollowUp
    | FinishFollowUp
    | StartPlaybook
    | RunStep
    | SkipStep
    | ReportRoom
    | ReportRoomTrouble
    | ReportInvited
    | ReportPinned
    | ReportStep
    | ReportAccess
    | ReportAlike
    | ReportMerged
)


class Declared(Event):
    action = "declared"
    texts = frozenset({"title"})
    id: str
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
    action = "room-opened"
    channel: str


class RoomWaits(Event):
    action = "room-waits"
    reason: str


class Invited(Event):
    action = "invited"
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

    action = "noted"
    texts = frozenset({"text"})
    text: str
    author: str
    pin: str | None = None


class Pinned(Event):
    action = "pinned"
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
    action = "step-waits"
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
    action = "step-overdue"
    step: str
    owner: str | None


class StepEscalated(Event):
    action = "step-escalated"
    step: str
    to: tuple[str, ...]


class AccessAsked(Event):
    """A playbook asks, for whoever holds `role`; `by` answers for it."""

    action = "access-asked"
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

    action = "access-ending"
    access: str
    reason: Literal["resolved", "handed over", "step", "cancelled"]


class Froze(Event):
    action = "froze"
    service: str


class Thawed(Event):
    action = "thawed"
    services: tuple[str, ...]


class FoundAlike(Event):
    action = "found-alike"
    others: tuple[str, ...]


class Absorbed(Event):
    action = "absorbed"
    other: str


IncidentEvent = (
    Declared
    | RoomOpened
    | RoomWaits
    | Invited
    | RoleTaken
    | RoleOffered
    | RoleDeclined
    | RoleVacated
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
    | PlaybookStarted
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
    | FoundAlike
    | Absorbed
)
