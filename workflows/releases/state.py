"""A release as its events have made it: what is proposed, its evidence and gates, its reviews, and what became of it."""

from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from pydantic import JsonValue

from workflows.approval.questions import Question
from workflows.approval.staged import DelegatedBy
from workflows.policy.terms.bound import bound_form
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Directory
from workflows.releases.authors import authors as authors_of
from workflows.releases.evidence import EarlierLive, Evidence, Version, digest_of
from workflows.releases.gates.gate import Result
from workflows.workflow import Part, State

KIND = "rel"
NAME = "release"


Verdict = Literal["approve", "reject"]


TYPED: dict[str, Any] = {
    "note": True,
    "reason": True,
    "questions": {"__all__": {"question", "answer"}},
}
"""What of a release people typed, as pydantic's `exclude` takes it."""


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
    delegated_by: tuple[DelegatedBy, ...] = ()
    signed: bool = False
    """Whether it was signed with a passkey."""

    @property
    def unsigned_approval(self) -> bool:
        """Whether it approves by a click alone."""
        return self.verdict == "approve" and not self.signed


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
    earlier: tuple[EarlierLive, ...] = ()
    """What else Daypass had made live by then, the newest first, each with the bytes that were approved."""
    before: Version | None = None
    """What was known of `replaces` when it was approved itself, if Daypass made it live."""
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
    taken_back: tuple[str, ...] = ()
    """Who took a review back, once for each time."""
    questions: tuple[Question, ...] = ()
    decided_at: datetime | None = None
    reason: str | None = None
    """Why it was rejected, superseded or rolled back."""
    move: Move | None = None
    confirmed_at: datetime | None = None
    """When its gates and bytes, read again after the last approval, were found to be the approved ones."""
    attestation: str | None = None
    """The signed verdict: a DSSE envelope, as JSON."""
    live_at: datetime | None = None
    checks: tuple[Result, ...] = ()
    checked_at: datetime | None = None
    checking: bool = False
    incident: str | None = None
    """What a failed check declared."""
    incident_number: str | None = None
    """What people call it, once it is declared."""
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
    stopped_unread: bool = False
    """Whether it was because its bytes couldn't be read."""
    rolled_back_to: str | None = None
    """What is live instead, once it is rolled back (None: nothing)."""
    rolled_back_at: datetime | None = None
    rollback_by: str | None = None
    """Who rolled it back."""

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
        return self.rolled_back_to if self.status == "rolled back" else self.version

    @property
    def ways_back(self) -> tuple[str | None, ...]:
        """What it can be rolled back to: first what was live before (None: nothing), then what was earlier."""
        others = (one.version for one in self.earlier if one.version not in (self.replaces, self.version))
        return (self.replaces, *others)

    @property
    def digest_that_ought_to_be_live(self) -> str:
        """The artifact's digest that `ought_to_be_live` was approved with; empty if it isn't known."""
        return self.digest_of_version(self.ought_to_be_live)

    def digest_of_version(self, version: str | None) -> str:
        """The digest that a version which this release knows was approved with; empty if it isn't known."""
        known: dict[str | None, str] = {one.version: one.digest for one in self.earlier}
        known |= {self.replaces: self.replaces_digest, self.version: self.artifact_digest}
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
        authors = authors_of(candidate, self.requester, directory)
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
            "terms": bound_form(terms),
            "note": note,
            **bound,
        }
    )
