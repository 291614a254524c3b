"""What can happen to a release: the events that its log is made of."""

from datetime import datetime

from pydantic import JsonValue

from workflows.approval.approvers_check import ApproversFound, ApproversMissing
from workflows.approval.questions import QuestionAnswered, QuestionAsked
from workflows.approval.review_withdrawal import ReviewWithdrawn
from workflows.approval.staged import DelegatedBy
from workflows.policy.terms.releases import ReleaseTerms
from workflows.releases.evidence import Evidence
from workflows.releases.exceptions.events import ExceptionEvent
from workflows.releases.gates.gate import Result
from workflows.releases.live_checks.events import LiveCheckEvent
from workflows.releases.state import Bound, Verdict, Why
from workflows.releases.tiers import TierStanding
from workflows.system.passkeys.state import Signed
from workflows.workflow import Event


class Proposed(Event):
    action = "proposed"
    texts = frozenset({"note"})
    id: str
    requester: str
    version: str
    note: str
    terms: ReleaseTerms
    digest: str
    at: datetime
    groups: tuple[str, ...]
    """Groups of the requester at that time."""
    behind: tuple[str, ...] = ()
    deciders: tuple[str, ...] = ()
    """Who could decide by then, `PEOPLE_RECORDED` at most."""


class EvidenceRead(Event):
    """`results` are the gates' outcomes on this evidence; `passed` whether all of them hold."""

    action = "evidence-read"
    evidence: Evidence
    results: tuple[Result, ...]
    passed: bool
    digest: str
    at: datetime


class EvidenceUnread(Event):
    action = "evidence-not-read"
    reason: str


class ApprovalVoided(Event):
    """What the reviews were bound to has changed, so none of them counts any more."""

    action = "approval-voided"
    changed: tuple[Bound, ...]
    reviewers: tuple[str, ...]


class TermsRevised(Event):
    action = "terms-revised"
    terms: ReleaseTerms
    digest: str


class TierDetermined(Event):
    """Which risk tier the service is in: from now on the release's terms are that tier's."""

    action = "tier-determined"
    standing: TierStanding
    at: datetime


class Reviewed(Event):
    action = "reviewed"
    texts = frozenset({"reason"})
    reviewer: str
    verdict: Verdict
    reason: str | None = None
    digest: str
    round: int
    delegated_by: tuple[DelegatedBy, ...] = ()
    at: datetime
    seen: dict[str, JsonValue]
    """What the decision saw: groups, authors, gates."""
    signed: Signed | None = None
    """The reviewer's own signature, if they decided with their passkey."""
    new_key_waits: int | None = None
    """For how many seconds a new passkey couldn't decide on high and critical risk, if one signed."""


class Approved(Event):
    action = "approved"
    at: datetime


class Rejected(Event):
    action = "rejected"
    at: datetime


class Withdrawn(Event):
    action = "withdrawn"
    at: datetime


class Lapsed(Event):
    action = "lapsed"
    at: datetime


class Superseded(Event):
    """Something else is live than what it was to replace."""

    action = "superseded"
    at: datetime
    live: str | None


class Escalated(Event):
    action = "escalated"
    stage: str
    to: tuple[str, ...]


class Moving(Event):
    """The intent, before anything outside is touched."""

    action = "move-started"
    texts = frozenset({"reason"})
    why: Why
    expected: str | None
    to: str | None
    by: str
    at: datetime
    reason: str | None = None
    rule: str | None = None
    """The live check whose rule in the policy rolls it back, if nobody did."""


class MoveWaits(Event):
    action = "move-delayed"
    reason: str


class WentLive(Event):
    action = "went-live"
    at: datetime
    to: str | None


class RolledBack(Event):
    action = "rolled-back"
    at: datetime
    to: str | None


class Restored(Event):
    action = "restored"
    at: datetime
    to: str | None


class NotMoved(Event):
    action = "not-moved"
    found: str | None


class CheckStarted(Event):
    action = "check-started"


class CheckPassed(Event):
    action = "check-passed"
    evidence: Evidence
    results: tuple[Result, ...]
    at: datetime


class CheckFailed(Event):
    """`incident` is the id of the incident that it declares, of `severity`; None if it declares none."""

    action = "check-failed"
    evidence: Evidence
    results: tuple[Result, ...]
    at: datetime
    incident: str | None = None
    severity: str = ""
    playbook: str | None = None


class IncidentDeclared(Event):
    """The incident that a failed check called for; `number` is what people call it, as in inc-42."""

    action = "incident-declared"
    number: str


class Attested(Event):
    """The verdict was signed. `envelope` is the attestation, a DSSE envelope as JSON."""

    action = "attested"
    envelope: str


class Drifted(Event):
    """Somebody has made something else live, not through Daypass."""

    action = "drifted"
    found: str | None


class DriftOver(Event):
    action = "drift-ended"


class ArtifactConfirmed(Event):
    """What is live has the bytes that were approved, read after it went live."""

    action = "artifact-confirmed"
    version: str
    digest: str


class ArtifactChanged(Event):
    """What is live under the version's number isn't what was approved: `approved` and `found` are digests."""

    action = "artifact-changed"
    version: str
    approved: str
    found: str


class ArtifactUnread(Event):
    """The bytes of what is live can't be read any more."""

    action = "artifact-not-read"
    version: str
    reason: str


class MoveStopped(Event):
    """It wasn't made live again: under the version's number there are other bytes than were approved, or, with an empty
    `found`, none that can be read."""

    action = "move-stopped"
    version: str
    approved: str
    found: str


class Replaced(Event):
    action = "replaced"
    by: str


ProposalEvent = (
    EvidenceRead
    | EvidenceUnread
    | ApprovalVoided
    | TermsRevised
    | TierDetermined
    | Reviewed
    | ReviewWithdrawn
    | QuestionAsked
    | QuestionAnswered
    | Approved
    | Rejected
    | Withdrawn
    | Lapsed
    | Superseded
    | Escalated
    | ApproversMissing
    | ApproversFound
)
LiveEvent = (
    Moving
    | MoveWaits
    | WentLive
    | RolledBack
    | Restored
    | NotMoved
    | CheckStarted
    | CheckPassed
    | CheckFailed
    | LiveCheckEvent
    | IncidentDeclared
    | Attested
    | Drifted
    | DriftOver
    | ArtifactConfirmed
    | ArtifactChanged
    | ArtifactUnread
    | MoveStopped
    | Replaced
)
ReleaseEvent = Proposed | ProposalEvent | LiveEvent | ExceptionEvent
