"""What can be asked of an incident: by people, by machines, and by Daypass itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workflows.incidents.state import AccessStatus
from workflows.ledger.numbering import BeginNumbered
from workflows.workflow import Command


@dataclass(frozen=True)
class DeclareIncident(BeginNumbered):
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

    @property
    def is_numbered(self) -> bool:
        """A private one isn't: a number that is missing among the others would tell of it."""
        return not self.private


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
class ReportPage(Command):
    """What came of a page; `trouble` is why it isn't sent yet, or never will be if `final`."""

    pager: str
    severity: str
    trouble: str | None = None
    final: bool = False


@dataclass(frozen=True)
class ReportAlike(Command):
    """`others`: their numbers by their ids."""

    others: Mapping[str, str]


@dataclass(frozen=True)
class ReportMerged(Command):
    other: str
    number: str


Report = (
    ReportRoom
    | ReportRoomTrouble
    | ReportInvited
    | ReportPinned
    | ReportStep
    | ReportAccess
    | ReportPage
    | ReportAlike
    | ReportMerged
)
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
    | Report
)
