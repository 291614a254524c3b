"""A release: what is proposed, its evidence and gates, its reviews, and what became of it; what can be
asked of it (commands) and what can happen to it (events)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from pydantic import JsonValue

from workflows.approval import ApproversFound, ApproversMissing, CheckApprovers
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Directory
from workflows.releases import gates
from workflows.releases.evidence import Evidence, digest_of
from workflows.releases.gates import Result
from workflows.workflow import Command, Event, Part, State

KIND = "rel"

Verdict = Literal["approve", "reject"]
Why = Literal["release", "rollback", "restore"]
"""Why something is made live: it was approved, it is taken back, or somebody had moved it by hand."""
Bound = Literal["artifact", "evidence", "policy", "authors", "gates", "approvers"]
"""What an approval rests on: it is void when one of them isn't any more what it was."""

Status = Literal[
    "proposed",
    "pending",
    "approved",
    "live",
    "evaluated",
    "rolling back",
    "rolled back",
    "rejected",
    "withdrawn",
    "lapsed",
    "superseded",
    "replaced",
]

EVERY: tuple[Status, ...] = get_args(Status)
OPEN: tuple[Status, ...] = ("proposed", "pending", "approved")
"""Statuses in which it isn't settled yet."""
STANDING: tuple[Status, ...] = ("live", "evaluated", "rolling back", "rolled back")
"""Statuses of a release that says what ought to be live."""
GOING: tuple[Status, ...] = (*OPEN, *STANDING)
"""Statuses in which something can still be done."""


class Review(Part):
    """One approver's verdict on the digest that stood on the card."""

    reviewer: str
    verdict: Verdict
    at: datetime
    digest: str


class Move(Part):
    """Something being made live: from what, to what (None: nothing), and why it hasn't worked yet."""

    why: Why
    expected: str | None
    to: str | None
    by: str
    at: datetime
    trouble: str | None = None


class Release(State):
    """A release with all that follows from it."""

    status: Status
    owner: str
    behind: tuple[str, ...] = ()
    """Who answered for the machine that proposed it."""
    version: str
    note: str
    terms: ReleaseTerms
    proposed_at: datetime
    digest: str
    evidence: Evidence | None = None
    results: tuple[Result, ...] = ()
    replaces: str | None = None
    """The version that was live when its evidence was first read."""
    replaces_digest: str = ""
    """The artifact's digest that `replaces` was approved with, or had by then; empty if neither is known."""
    trouble: str | None = None
    """Why the evidence can't be read just now."""
    round: int = 0
    """Counts how often the approvals were void."""
    voided: tuple[Bound, ...] = ()
    """What changed when they last were."""
    escalated: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    """Names of the stages that too few people are left to decide."""
    reviews: tuple[Review, ...] = ()
    decided_at: datetime | None = None
    reason: str | None = None
    """Why it was rejected, superseded or rolled back."""
    move: Move | None = None
    live_at: datetime | None = None
    checks: tuple[Result, ...] = ()
    checked_at: datetime | None = None
    checking: bool = False
    incident: str | None = None
    """What a failed check declared."""
    drifted: bool = False
    found: str | None = None
    """While `drifted`: what somebody else made live (None: nothing)."""
    moved_at: datetime | None = None
    """When Daypass last made something live."""
    compared: bool = False
    """Whether the bytes of what was last made live were found to be the approved ones."""
    swapped: str = ""
    """The digest that was found of what is live, while it isn't the approved one."""
    unread: str | None = None
    """Why the bytes of what is live can't be read, while they can't."""
    stopped: str | None = None
    """The version that wasn't made live again, because its bytes aren't those that were approved."""

    @property
    def requester(self) -> str:
        return self.owner

    @property
    def begun_at(self) -> datetime:
        return self.proposed_at

    @property
    def lapses_at(self) -> datetime:
        return self.begun_at + timedelta(seconds=self.terms.lapse)

    @property
    def checks_at(self) -> datetime | None:
        """When what is live is to be checked."""
        if self.live_at is None or self.terms.checks is None:
            return None
        return self.live_at + timedelta(seconds=self.terms.checks.after)

    @property
    def artifact_digest(self) -> str:
        candidate = self.evidence.candidate if self.evidence else None
        return candidate.artifact.digest if candidate and candidate.artifact else ""

    @property
    def ought_to_be_live(self) -> str | None:
        """By this release, once it has been live."""
        return self.replaces if self.status == "rolled back" else self.version

    @property
    def digest_that_ought_to_be_live(self) -> str:
        """The artifact's digest that `ought_to_be_live` was approved with; empty if it isn't known."""
        return self.digest_of_version(self.ought_to_be_live)

    def digest_of_version(self, version: str | None) -> str:
        """The digest that a version which this release knows was approved with; empty if it isn't known."""
        known = {self.replaces: self.replaces_digest, self.version: self.artifact_digest}
        return known.get(version, "") if version else ""

    @property
    def votes(self) -> list[tuple[str, Literal["approve", "deny"], str]]:
        """The reviews of the present digest, as a quorum is counted from them."""
        return [
            (one.reviewer, "approve" if one.verdict == "approve" else "deny", "")
            for one in self.reviews
            if one.digest == self.digest
        ]

    def excluded(self, directory: Directory) -> frozenset[str]:
        """All accounts of its authors, and of who answered for the machine that proposed it."""
        candidate = self.evidence.candidate if self.evidence else None
        authors = gates.authors(candidate, self.requester, directory)
        return authors | directory.all_who_may_be(self.behind)


def release_digest(
    subject: str, requester: str, version: str, terms: ReleaseTerms, note: str, bound: dict[str, JsonValue]
) -> str:
    """What an approval is bound to: all that the card shows, as SHA-256 (RFC 8785).

    `bound` holds the digests of artifact, evidence and authors.
    """
    return digest_of(
        {
            "release": subject,
            "requester": requester,
            "version": version,
            "terms": terms.model_dump(mode="json"),
            "note": note,
            **bound,
        }
    )


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
    """`digest` and `policy` are what the reviewer's card showed."""

    verdict: Verdict
    digest: str
    policy: str
    reason: str | None = None


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
    reason: str


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
class ReportArtifact(Command):
    """The bytes of `version`, which is live, were read: their digest, or None and why they can't be."""

    version: str
    digest: str | None
    reason: str = ""


@dataclass(frozen=True)
class ReportSwapped(Command):
    """The bytes of `version`, which was to be live again, aren't those that were approved; nothing was moved."""

    version: str
    digest: str


@dataclass(frozen=True)
class ReportReplaced(Command):
    """A later release of the service has gone live."""

    by: str


@dataclass(frozen=True)
class Restore(Command):
    """Put back what was approved, after somebody had moved it by hand."""


ReleaseCommand = (
    ProposeRelease
    | ReportEvidence
    | ReportUnread
    | ReviewRelease
    | WithdrawRelease
    | ReassessRelease
    | CheckApprovers
    | ReportMoved
    | ReportNotMoved
    | ReportMoveWaits
    | RollBack
    | CheckAgain
    | ReportChecked
    | ReportLive
    | ReportArtifact
    | ReportSwapped
    | ReportReplaced
    | Restore
)


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
    action = "evidence-unread"
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


class Reviewed(Event):
    action = "reviewed"
    texts = frozenset({"reason"})
    reviewer: str
    verdict: Verdict
    reason: str | None = None
    digest: str
    round: int
    at: datetime
    seen: dict[str, JsonValue]
    """What the decision saw: groups, authors, gates."""


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

    action = "moving"
    texts = frozenset({"reason"})
    why: Why
    expected: str | None
    to: str | None
    by: str
    at: datetime
    reason: str | None = None


class MoveWaits(Event):
    action = "move-waits"
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


class Drifted(Event):
    """Somebody has made something else live, not through Daypass."""

    action = "drifted"
    found: str | None


class DriftOver(Event):
    action = "drift-over"


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

    action = "artifact-unread"
    version: str
    reason: str


class MoveStopped(Event):
    """It wasn't made live again: under the version's number there are other bytes than were approved."""

    action = "move-stopped"
    version: str
    approved: str
    found: str


class Replaced(Event):
    action = "replaced"
    by: str


ReleaseEvent = (
    Proposed
    | EvidenceRead
    | EvidenceUnread
    | ApprovalVoided
    | TermsRevised
    | Reviewed
    | Approved
    | Rejected
    | Withdrawn
    | Lapsed
    | Superseded
    | Escalated
    | ApproversMissing
    | ApproversFound
    | Moving
    | MoveWaits
    | WentLive
    | RolledBack
    | Restored
    | NotMoved
    | CheckStarted
    | CheckPassed
    | CheckFailed
    | Drifted
    | DriftOver
    | ArtifactConfirmed
    | ArtifactChanged
    | ArtifactUnread
    | MoveStopped
    | Replaced
)
