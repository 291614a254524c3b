"""What can be asked of a release: by people, by machines, and by Daypass itself."""

from dataclasses import dataclass
from datetime import datetime

from workflows.approval.approvers_check import CheckApprovers
from workflows.approval.questions import AnswerQuestion, AskQuestion
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.releases.evidence import Evidence
from workflows.releases.exceptions.commands import ExceptionCommand
from workflows.releases.gates.gate import Result
from workflows.releases.state import Verdict
from workflows.system.passkeys.state import Signed
from workflows.workflow import Command


@dataclass(frozen=True)
class ProposeRelease(Command):
    service: str
    version: str
    note: str = ""


@dataclass(frozen=True)
class ReportEvidence(Command):
    """The registry was read at `policy`'s terms, for gates or, with `ready`, right before going live."""

    evidence: Evidence
    policy: str
    ready: bool = False


@dataclass(frozen=True)
class ReportUnread(Command):
    reason: str


@dataclass(frozen=True)
class ReviewRelease(Command):
    """`digest` and `policy` are what the reviewer's card showed, or the window in which it was `confirmed`."""

    verdict: Verdict
    digest: str
    policy: str
    reason: str | None = None
    confirmed: bool = False
    signed: Signed | None = None
    """The reviewer's own signature, by their passkey."""


@dataclass(frozen=True)
class WithdrawRelease(Command):
    waits_in_doubt = False


@dataclass(frozen=True)
class ReassessRelease(Command):
    """The policy bundle has changed: see on which terms the release stands."""


@dataclass(frozen=True)
class ReportMoved(Command):
    """Read back: `to` is live."""

    to: str | None


@dataclass(frozen=True)
class ReportNotMoved(Command):
    """Something else than expected was live, so nothing was touched."""

    found: str | None


@dataclass(frozen=True)
class ReportMoveWaits(Command):
    reason: str


@dataclass(frozen=True)
class RollBack(Command):
    """Make `to` live again, one of the release's ways back; None: what was live before it."""

    reason: str
    to: str | None = None


@dataclass(frozen=True)
class CheckAgain(Command):
    pass


@dataclass(frozen=True)
class ReportChecked(Command):
    evidence: Evidence


@dataclass(frozen=True)
class ReportLive(Command):
    """What the registry says is live, seen by looking."""

    found: str | None


@dataclass(frozen=True)
class ReportLiveCheck(Command):
    """A check on live metrics of `version` came out like this in `looks` looks in a row, the first of them at `since`."""

    check: str
    version: str
    result: Result
    looks: int
    since: datetime


@dataclass(frozen=True)
class ReportArtifact(Command):
    """The bytes of `version`, which is live, were read: their digest, or None and why they can't be."""

    version: str
    digest: str | None
    reason: str = ""


@dataclass(frozen=True)
class ReportSwapped(Command):
    """The bytes of `version`, which was to be live again, aren't those that were approved; nothing was moved.

    `digest` is theirs; empty if they can't be read.
    """

    version: str
    digest: str


@dataclass(frozen=True)
class ReportReplaced(Command):
    """A later release of the service has gone live."""

    by: str


@dataclass(frozen=True)
class ReportIncident(Command):
    """The incident that a failed check called for has been declared; `number` is what people call it."""

    number: str


@dataclass(frozen=True)
class ReportAttested(Command):
    """The verdict has been signed; `envelope` is the attestation, a DSSE envelope as JSON."""

    envelope: str


@dataclass(frozen=True)
class Restore(Command):
    """Put back what was approved, after somebody had moved it by hand."""


UsualCommand = (
    ReportEvidence
    | ReportUnread
    | ReviewRelease
    | WithdrawRelease
    | WithdrawReview
    | AskQuestion
    | AnswerQuestion
    | ReassessRelease
    | CheckApprovers
    | ReportMoved
    | ReportNotMoved
    | ReportMoveWaits
    | RollBack
    | CheckAgain
    | ReportChecked
    | ReportLive
    | ReportLiveCheck
    | ReportArtifact
    | ReportSwapped
    | ReportReplaced
    | ReportIncident
    | ReportAttested
    | Restore
)
"""Everything but the proposal, and what is asked of exceptions."""
ReleaseCommand = ProposeRelease | UsualCommand | ExceptionCommand
