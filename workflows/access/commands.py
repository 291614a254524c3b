"""What can be asked of access to an entitlement: by people, by machines, and by Daypass itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflows.access.break_glass.commands import BreakGlassCommand, TakeAccess
from workflows.access.conditions import AcceptConditions
from workflows.access.kits.commands import AskedKit, KitCommand
from workflows.access.on_behalf.commands import AcceptProposal, DeclineProposal
from workflows.access.runs import ReportRun, SeenRun
from workflows.access.scheduling import CancelScheduled
from workflows.access.signals.history import History, Unread
from workflows.access.state import Extended, Verdict
from workflows.access.taking import SignTaking
from workflows.access.tickets import ReportTicket
from workflows.access.vault_quorum.commands import VaultQuorumCommand
from workflows.approval.approvers_check import CheckApprovers
from workflows.approval.questions import AnswerQuestion, AskQuestion
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.policy.tickets import TicketReading
from workflows.system.passkeys.state import Signed
from workflows.workflow import Actor, Command, Refused


@dataclass(frozen=True)
class PlaybookOrigin:
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
    ground: PlaybookOrigin | None = None
    extends: Extended | None = None
    unextendable: Refused | None = None
    """Why what it was to extend can't be extended, as looked up before; it is refused for that."""
    history: History | Unread | None = None
    """What signals are told from; None looks for none."""
    starts_at: datetime | None = None
    """From when it is wanted, with its time zone; None: as soon as it is approved."""
    until_run: SeenRun | None = None
    """The run with which it ends, as it was seen when this was asked."""
    ticket_found: TicketReading | None = None
    """Its ticket, as it was seen then."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """What the entitlement asks for besides, as typed, by name; an extension keeps what it extends."""
    kit: AskedKit | None = None
    """The kit that it belongs to."""
    on_behalf_of: str | None = None
    """The person it is for, who has to accept it, by Slack user id; None: whoever asks."""

    def requester(self, actor: Actor) -> str:
        """Who will have the access if this actor asks."""
        return self.ground.holder if self.ground else self.on_behalf_of or actor.id

    @property
    def scope(self) -> str | None:
        return self.ground.incident if self.ground and self.ground.private else None


@dataclass(frozen=True)
class StartGrant(Command):
    """The time of a scheduled grant has come, and the grant that it extends, if any, has ended in time."""

    ticket_found: TicketReading | None = None
    """Its ticket, as it was seen right then."""


@dataclass(frozen=True)
class CancelExtension(Command):
    """The grant that this request extends ended early, or is extended already."""

    reason: str


@dataclass(frozen=True)
class ReviewAccess(Command):
    """`digest` and `policy` are what the reviewer's card showed, or the window in which it was `confirmed`.

    An approval for less says for how many `seconds`, and under which `condition`; without both it is for all that was
    shown.
    """

    verdict: Verdict
    digest: str
    policy: str
    reason: str | None = None
    confirmed: bool = False
    seconds: int | None = None
    condition: str | None = None
    ticket_found: TicketReading | None = None
    """The request's ticket, as it was seen right then."""
    signed: Signed | None = None
    """The reviewer's signature with their passkey, of exactly this."""

    @property
    def for_less(self) -> bool:
        """Whether it is an approval for less than was shown."""
        return self.verdict == "approve" and (self.seconds is not None or self.condition is not None)


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


@dataclass(frozen=True)
class EndForLeaver(Command):
    """Whoever has it, or asked for it, has left the company, as `departure` records."""

    departure: str


@dataclass(frozen=True)
class StopAccess(Command):
    """An emergency stop, by its id, is for this request: it ends, or is closed if it hasn't begun."""

    stop: str


@dataclass(frozen=True)
class EndRemoved(Command):
    """The access was removed from its requester in a review: it ends, or is closed if it hasn't begun. Daypass says so
    as the reviewer who removed it, with their reason."""

    waits_in_doubt = False
    reason: str


AccessCommand = (
    RequestAccess
    | TakeAccess
    | BreakGlassCommand
    | KitCommand
    | StartGrant
    | CancelExtension
    | CancelScheduled
    | ReportRun
    | ReportTicket
    | ReviewAccess
    | AcceptConditions
    | AcceptProposal
    | DeclineProposal
    | WithdrawAccess
    | WithdrawReview
    | AskQuestion
    | AnswerQuestion
    | ReassessAccess
    | CheckApprovers
    | SignTaking
    | RequestCredential
    | ReportMinted
    | ReportNotMinted
    | ReportEnded
    | ReportNotEnded
    | ReportMissing
    | GiveBack
    | Revoke
    | StopAccess
    | EndForLeaver
    | EndRemoved
    | VaultQuorumCommand
)
