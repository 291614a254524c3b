"""What can happen to access to an entitlement: the events that its log is made of."""

from datetime import datetime

from pydantic import Field, JsonValue

from workflows.access.break_glass.events import BreakGlassEvent
from workflows.access.conditions import ConditionsAccepted, ConditionsDeclined, ConditionsOffered
from workflows.access.kits.events import KitEntitlementRefused
from workflows.access.kits.state import RequestedKit
from workflows.access.late_signals import SignalsRaised
from workflows.access.on_behalf.events import ProposalAccepted, ProposalDeclined
from workflows.access.runs import RunEnded, RunReadable, RunUnreadable, UntilRun
from workflows.access.signals import Signals
from workflows.access.state import Extended, How, Verdict
from workflows.access.taking import TakingSigned
from workflows.access.tickets import TicketClosed, TicketReadable, TicketUnreadable
from workflows.access.vault_quorum.events import VaultQuorumEvent
from workflows.approval.approvers_check import ApproversFound, ApproversMissing
from workflows.approval.questions import QuestionAnswered, QuestionAsked
from workflows.approval.review_withdrawal import ReviewWithdrawn
from workflows.approval.staged import DelegatedBy
from workflows.policy.terms.access import Terms
from workflows.policy.tickets import TicketReading
from workflows.system.passkeys.state import Signed
from workflows.workflow import Event


class Requested(Event):
    action = "requested"
    texts = frozenset({"justification", "ticket", "ticket_title", "conditions"})
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
    """Who ran the incident's step; without an incident, who asked for the requester, who has to accept it."""
    behind: tuple[str, ...] = ()
    private: bool = False
    extends: Extended | None = None
    conditions: str | None = None
    """Those of the access that it extends, a line each."""
    signals: Signals | None = None
    starts_at: datetime | None = None
    until_run: UntilRun | None = None
    ticket_found: TicketReading | None = None
    """Its ticket as it was seen, if its rule has it looked up."""
    ticket_title: str | None = None
    inputs: dict[str, str] = Field(default_factory=dict)
    kit: RequestedKit | None = None


class TermsRevised(Event):
    action = "terms-revised"
    terms: Terms
    digest: str


class Reviewed(Event):
    action = "reviewed"
    texts = frozenset({"reason", "condition"})
    reviewer: str
    verdict: Verdict
    reason: str | None = None
    seconds: int | None = None
    """For how long it approves, if for less than the card showed."""
    condition: str | None = None
    condition_digest: str | None = None
    """Of the reviewer's own condition, if there is one."""
    delegated_by: tuple[DelegatedBy, ...] = ()
    digest: str
    at: datetime
    seen: dict[str, JsonValue]
    signed: Signed | None = None
    """The reviewer's own signature, if they decided with their passkey."""
    new_key_waits: int | None = None
    """For how many seconds a new passkey couldn't decide on high and critical risk, if one signed."""


class Approved(Event):
    action = "approved"
    at: datetime


class Granted(Event):
    action = "granted"
    starts_at: datetime
    ends_at: datetime


class GrantStarted(Event):
    """A scheduled grant is active from now on."""

    action = "grant-started"
    at: datetime


class Denied(Event):
    action = "denied"
    at: datetime


class Withdrawn(Event):
    action = "withdrawn"
    at: datetime
    why: str | None = None
    """Set if Daypass took it back."""


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
    action = "credential-end-started"
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
    action = "grant-end-started"
    texts = frozenset({"reason"})
    how: How
    by: str
    reason: str | None = None


class GrantEnded(Event):
    action = "grant-ended"
    at: datetime
    minted: int
    """How many credentials were minted under it."""


CredentialEvent = (
    CredentialRequested
    | CredentialMinted
    | CredentialNotMinted
    | CredentialFoundMissing
    | CredentialEnding
    | CredentialLeftToExpire
    | CredentialEnded
    | CredentialNotEnded
)


WatchEvent = RunEnded | RunUnreadable | RunReadable | TicketClosed | TicketUnreadable | TicketReadable


GrantEvent = (
    Requested
    | ProposalAccepted
    | ProposalDeclined
    | TermsRevised
    | Reviewed
    | ReviewWithdrawn
    | QuestionAsked
    | QuestionAnswered
    | ConditionsOffered
    | ConditionsAccepted
    | ConditionsDeclined
    | Approved
    | Granted
    | GrantStarted
    | Denied
    | Withdrawn
    | Lapsed
    | Escalated
    | ApproversMissing
    | ApproversFound
    | SignalsRaised
    | EndAnnounced
    | WatchEvent
    | GrantEnding
    | GrantEnded
)


AccessEvent = (
    GrantEvent | CredentialEvent | TakingSigned | VaultQuorumEvent | BreakGlassEvent | KitEntitlementRefused
)
