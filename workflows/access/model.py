"""Access: the request, its reviews, its grant and the credentials minted under it; what can be asked of
them (commands) and what can happen to them (events)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

import rfc8785
from pydantic import JsonValue

from workflows.approval import ApproversFound, ApproversMissing, CheckApprovers
from workflows.policy.terms.access import Terms
from workflows.ports import Directory
from workflows.workflow import Command, Event, Part, State

KIND = "acc"

Verdict = Literal["approve", "deny"]
How = Literal["expired", "revoked", "given back"]

Status = Literal["pending", "approved", "active", "ending", "ended", "denied", "withdrawn", "lapsed"]
GrantStatus = Literal["active", "ending", "ended"]

EVERY: tuple[Status, ...] = get_args(Status)
OPEN: tuple[Status, ...] = ("pending", "approved")
"""Statuses in which it isn't settled yet."""
STANDING: tuple[Status, ...] = ("active", "ending")
"""Statuses of a request by whose grant somebody may have access now."""
GRANTED: tuple[GrantStatus, ...] = get_args(GrantStatus)
"""Statuses of a request that has led to a grant."""


BY_VALIDITY = ("validity",)
"""What confirms the end of a credential that nothing can take back."""


class Review(Part):
    """One approver's verdict; a person has one, whatever the stages."""

    reviewer: str
    verdict: Verdict
    at: datetime


class Credential(Part):
    """One minting. `minting` is written before Vault is asked, so that no credential is without a row."""

    id: str
    status: Literal["minting", "live", "ending", "ended", "failed"]
    asked_at: datetime
    accessor: str | None = None
    lease_id: str | None = None
    wrapping_accessor: str | None = None
    expires_at: datetime | None = None
    """When it ends by itself, as Vault or its engine said."""
    valid_until: datetime | None = None
    """Set where nothing can take it back: until then it works, whatever is revoked."""
    account: str | None = None
    """Its name at the target, such as a database role."""
    delivered: bool = False
    """Whether it was handed over. What nobody saw is ended, and doesn't count."""
    left_to_expire: bool = False
    """Nothing is left to be done: Vault knows it no more, and it works until `valid_until`."""
    trouble: str | None = None
    """Why it can't be ended yet, or why it was not minted."""
    ended_at: datetime | None = None
    confirmed_by: tuple[str, ...] = ()
    """What confirmed its end: `vault`, the target (such as `database`), or its own `validity`."""

    @property
    def over(self) -> bool:
        return self.status in ("ended", "failed")

    @property
    def in_vault(self) -> bool:
        """Whether Vault may still know it."""
        return not self.over and not self.left_to_expire

    @property
    def was_minted(self) -> bool:
        return self.accessor is not None


class Grant(Part):
    """The right itself. `ending` lasts until Vault has confirmed the end of every credential."""

    status: GrantStatus
    starts_at: datetime
    ends_at: datetime
    how: How | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None


class Access(State):
    """An access request with all that follows from it. `status` is the grant's once there is one."""

    status: Status
    owner: str
    seconds: int
    justification: str
    ticket: str | None
    terms: Terms
    asked_at: datetime
    digest: str
    escalated: tuple[str, ...] = ()
    """Names of the stages that were escalated."""
    stuck: tuple[str, ...] = ()
    """Names of the stages that too few people are left to decide."""
    reviews: tuple[Review, ...] = ()
    decided_at: datetime | None = None
    reason: str | None = None
    """Why it was denied, or ended before its time."""
    grant: Grant | None = None
    warned: bool = False
    incident: str | None = None
    """The incident whose playbook asked for it, and `asked_by` who ran the step."""
    asked_by: str | None = None
    behind: tuple[str, ...] = ()
    """Who answered for the machine that asked."""
    private: bool = False
    """The incident is, so nobody but the requester has a card of it."""
    credentials: tuple[Credential, ...] = ()

    @property
    def scope(self) -> str | None:
        return self.incident if self.private else None

    @property
    def requester(self) -> str:
        return self.owner

    @property
    def askers(self) -> frozenset[str]:
        """Who asked for it, or stood behind who did; none of them decides on it."""
        return frozenset({self.owner, self.asked_by or self.owner, *self.behind})

    @property
    def begun_at(self) -> datetime:
        return self.asked_at

    @property
    def lapses_at(self) -> datetime:
        return self.begun_at + timedelta(seconds=self.terms.lapse)

    @property
    def votes(self) -> list[tuple[str, Verdict, str]]:
        """The reviews as a quorum is counted from them."""
        return [(review.reviewer, review.verdict, "") for review in self.reviews]

    def excluded(self, directory: Directory) -> frozenset[str]:
        """All accounts that may be the askers'."""
        return directory.all_who_may_be(self.askers)

    def credential(self, id: str) -> Credential | None:
        return next((credential for credential in self.credentials if credential.id == id), None)


def request_digest(
    subject: str, requester: str, terms: Terms, seconds: int, justification: str, ticket: str | None
) -> str:
    """What a decision is bound to: all that the card shows of the request, as SHA-256 (RFC 8785)."""
    shown: dict[str, JsonValue] = {
        "request": subject,
        "requester": requester,
        "terms": terms.model_dump(mode="json"),
        "seconds": seconds,
        "justification": justification,
        "ticket": ticket,
    }
    return hashlib.sha256(rfc8785.dumps(shown)).hexdigest()


@dataclass(frozen=True)
class Ground:
    """An incident on whose behalf a playbook asks, for `holder` of `role`; no person can say so.

    `asked_by` ran the step, while holding the roles `asked_as`, as it stood under the policy of digest `policy`.
    """

    incident: str
    severity: str
    role: str
    holder: str
    asked_by: str
    asked_as: tuple[str, ...]
    policy: str
    drill: bool
    private: bool


@dataclass(frozen=True)
class RequestAccess(Command):
    entitlement: str
    seconds: int
    justification: str
    ticket: str | None = None
    ground: Ground | None = None

    @property
    def scope(self) -> str | None:
        return self.ground.incident if self.ground and self.ground.private else None


@dataclass(frozen=True)
class ReviewAccess(Command):
    """`digest` and `policy` are what the reviewer's card showed, or the window in which it was `confirmed`."""

    verdict: Verdict
    digest: str
    policy: str
    reason: str | None = None
    confirmed: bool = False


@dataclass(frozen=True)
class WithdrawAccess(Command):
    waits_in_doubt = False


@dataclass(frozen=True)
class ReassessAccess(Command):
    """The policy bundle has changed: see whether the request still stands, and on which terms."""


@dataclass(frozen=True)
class RequestCredential(Command):
    """`credential` is an id, under which one is minted once; `window` is where to deliver, as the surface calls it."""

    credential: str
    window: str


@dataclass(frozen=True)
class ReportMinted(Command):
    credential: str
    accessor: str
    lease_id: str | None
    wrapping_accessor: str
    delivered: bool
    expires_at: datetime
    valid_until: datetime | None = None
    account: str | None = None


@dataclass(frozen=True)
class ReportNotMinted(Command):
    """`lost`: an attempt was cut short and may have left something in Vault.

    `valid_until`: something was made that nothing can take back, and works until then.
    """

    credential: str
    reason: str
    lost: bool
    valid_until: datetime | None = None


@dataclass(frozen=True)
class ReportEnded(Command):
    """`accessor` is what it was ended by; None if nothing was known of it but its metadata."""

    credential: str
    accessor: str | None
    confirmed_by: tuple[str, ...]


@dataclass(frozen=True)
class ReportNotEnded(Command):
    credential: str
    reason: str


@dataclass(frozen=True)
class ReportMissing(Command):
    """Vault no longer has a credential that nobody ended here."""

    credential: str


@dataclass(frozen=True)
class GiveBack(Command):
    waits_in_doubt = False


@dataclass(frozen=True)
class Revoke(Command):
    waits_in_doubt = False
    reason: str


AccessCommand = (
    RequestAccess
    | ReviewAccess
    | WithdrawAccess
    | ReassessAccess
    | CheckApprovers
    | RequestCredential
    | ReportMinted
    | ReportNotMinted
    | ReportEnded
    | ReportNotEnded
    | ReportMissing
    | GiveBack
    | Revoke
)


class Requested(Event):
    action = "requested"
    texts = frozenset({"justification", "ticket"})
    id: str
    requester: str
    seconds: int
    justification: str
    ticket: str | None
    terms: Terms
    digest: str
    at: datetime
    seen: dict[str, JsonValue]
    """Every input the decision saw: groups, conditions, who could approve."""
    incident: str | None = None
    asked_by: str | None = None
    behind: tuple[str, ...] = ()
    private: bool = False


class TermsRevised(Event):
    action = "terms-revised"
    terms: Terms
    digest: str


class Reviewed(Event):
    action = "reviewed"
    texts = frozenset({"reason"})
    reviewer: str
    verdict: Verdict
    reason: str | None = None
    digest: str
    at: datetime
    seen: dict[str, JsonValue]


class Approved(Event):
    action = "approved"
    at: datetime


class Granted(Event):
    action = "granted"
    starts_at: datetime
    ends_at: datetime


class Denied(Event):
    action = "denied"
    at: datetime


class Withdrawn(Event):
    action = "withdrawn"
    at: datetime


class Lapsed(Event):
    action = "lapsed"
    at: datetime


class Escalated(Event):
    action = "escalated"
    stage: str
    to: tuple[str, ...]


class CredentialRequested(Event):
    action = "credential-requested"
    credential: str
    window: str
    at: datetime


class CredentialMinted(Event):
    action = "credential-minted"
    credential: str
    accessor: str
    lease_id: str | None
    wrapping_accessor: str
    delivered: bool
    expires_at: datetime
    valid_until: datetime | None = None
    account: str | None = None


class CredentialNotMinted(Event):
    action = "credential-not-minted"
    credential: str
    reason: str
    lost: bool
    valid_until: datetime | None = None
    """Until when what was made of it may work, if nothing can take it back."""


class CredentialFoundMissing(Event):
    """Vault no longer has it."""

    action = "credential-found-missing"
    credential: str


class CredentialEnding(Event):
    action = "credential-ending"
    credential: str


class CredentialLeftToExpire(Event):
    """Vault has revoked what it could. The credential itself works until `valid_until`, whatever is done."""

    action = "credential-left-to-expire"
    credential: str
    valid_until: datetime
    confirmed_by: tuple[str, ...]


class CredentialEnded(Event):
    action = "credential-ended"
    credential: str
    at: datetime
    confirmed_by: tuple[str, ...]


class CredentialNotEnded(Event):
    action = "credential-not-ended"
    credential: str
    reason: str


class EndAnnounced(Event):
    action = "end-announced"
    ends_at: datetime


class GrantEnding(Event):
    action = "grant-ending"
    texts = frozenset({"reason"})
    how: How
    by: str
    reason: str | None = None


class GrantEnded(Event):
    action = "grant-ended"
    at: datetime
    minted: int
    """How many credentials were minted under it."""


AccessEvent = (
    Requested
    | TermsRevised
    | Reviewed
    | Approved
    | Granted
    | Denied
    | Withdrawn
    | Lapsed
    | Escalated
    | ApproversMissing
    | ApproversFound
    | CredentialRequested
    | CredentialMinted
    | CredentialNotMinted
    | CredentialFoundMissing
    | CredentialEnding
    | CredentialLeftToExpire
    | CredentialEnded
    | CredentialNotEnded
    | EndAnnounced
    | GrantEnding
    | GrantEnded
)
