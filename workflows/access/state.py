"""Access as its events have made it: the request, its reviews, its grant and the credentials minted under it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from pydantic import Field

from workflows.access.break_glass.state import REVIEW, BreakGlass
from workflows.access.credentials import Credential
from workflows.access.kits.state import KitRefusal, RequestedKit
from workflows.access.limits import Condition, offer_digest
from workflows.access.runs import UntilRun
from workflows.access.signals import Signals
from workflows.approval.questions import Question
from workflows.approval.staged import DelegatedBy
from workflows.policy.evaluation.assess import Ask
from workflows.policy.on_call.seen import OnCallSeen
from workflows.policy.terms.access import Terms
from workflows.policy.tickets import TicketReading
from workflows.ports import Directory
from workflows.workflow import Part, State

KIND = "acc"
NAME = "access"

Verdict = Literal["approve", "deny"]

How = Literal["expired", "revoked", "given back", "cancelled", "run ended", "ticket closed"]

Status = Literal[
    "proposed",
    "pending",
    "approved",
    "scheduled",
    "active",
    "ending",
    "ended",
    "denied",
    "withdrawn",
    "lapsed",
]

GrantStatus = Literal["scheduled", "active", "ending", "ended"]

EVERY: tuple[Status, ...] = get_args(Status)

PROPOSED: tuple[Status, ...] = ("proposed",)
"""Statuses of a request that somebody made for another person, who has not accepted it."""

OPEN: tuple[Status, ...] = ("proposed", "pending", "approved")
"""Statuses in which it isn't settled yet."""

EXTENDING: tuple[Status, ...] = ("pending", "approved", "scheduled")
"""Statuses of a request that extends a grant and has not begun."""

UPCOMING: tuple[Status, ...] = ("scheduled",)
"""Statuses of a request that is granted, and whose grant has not begun."""

STANDING: tuple[Status, ...] = ("active", "ending")
"""Statuses of a request by whose grant somebody may have access now."""

ENDED_EARLY: tuple[How, ...] = ("revoked", "given back", "cancelled", "run ended", "ticket closed")
"""How a grant ends before its time."""

GRANTED: tuple[GrantStatus, ...] = get_args(GrantStatus)
"""Statuses of a request that has led to a grant."""

CONDITION_TEXTS: dict[str, Any] = {"conditions": {"__all__": {"condition"}}}

TYPED: dict[str, Any] = {
    **dict.fromkeys(("justification", "ticket", "ticket_title", "reason"), True),
    "reviews": {"__all__": CONDITION_TEXTS},
    "extends": CONDITION_TEXTS,
    "questions": {"__all__": {"question", "answer"}},
    "break_glass": {"review": {"reason"}},
}
"""What of a request people typed, as pydantic's `exclude` takes it."""


class Review(Part):
    """One approver's verdict; a person has one, whatever the stages.

    An approval holds for what its approver was shown, less what they took off: taking back another one widens it not.
    """

    reviewer: str
    verdict: Verdict
    at: datetime
    seconds: int | None = None
    """For how long it approves at most; None if for as long as was asked."""
    conditions: tuple[Condition, ...] = ()
    """The approver's own, and those that were there before."""
    delegated_by: tuple[DelegatedBy, ...] = ()
    signed: bool = False
    """Whether it was signed with a passkey."""

    @property
    def unsigned_approval(self) -> bool:
        """Whether it approves by a click alone."""
        return self.verdict == "approve" and not self.signed


class Grant(Part):
    """The right itself: `scheduled` until it begins, `ending` until Vault has confirmed the end of every credential."""

    status: GrantStatus
    starts_at: datetime
    ends_at: datetime
    how: How | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    started: bool = False
    """Whether it has begun: one that was cancelled before gave nobody anything."""


class Extended(Part):
    """The grant that a request extends: it begins when that one ends in time, at `ends_at`.

    What approvers took off that one holds for it too: `longest` in seconds, and the `conditions` that were accepted. So
    do its `inputs`.
    """

    grant: str
    holder: str
    entitlement: str
    ends_at: datetime
    longest: int | None = None
    conditions: tuple[Condition, ...] = ()
    inputs: dict[str, str] = Field(default_factory=dict)


class Access(State):
    """An access request with all that follows from it. `status` is the grant's once there is one."""

    status: Status
    owner: str
    seconds: int
    justification: str
    ticket: str | None
    terms: Terms
    asked_at: datetime
    asked_digest: str
    """Of what was asked, under its terms; `digest` is also of what the approvers made of it."""
    escalated: tuple[str, ...] = ()
    """Names of the stages that were escalated."""
    stuck: tuple[str, ...] = ()
    """Names of the stages that too few people are left to decide."""
    reviews: tuple[Review, ...] = ()
    taken_back: tuple[str, ...] = ()
    """Who took a review back, or approved by a click before a passkey had to sign; once for each time."""
    decided_at: datetime | None = None
    reason: str | None = None
    """Why it was denied, or ended before its time."""
    grant: Grant | None = None
    warned: bool = False
    incident: str | None = None
    """The incident whose playbook asked for it, and `asked_by` who ran the step."""
    asked_by: str | None = None
    """Who asked for somebody else; without an incident that is the `holder`, who has to accept it."""
    holder: str | None = None
    """Whom somebody else asked for. It counts as the asker's own until the holder accepts it, at `accepted_at`."""
    accepted_at: datetime | None = None
    behind: tuple[str, ...] = ()
    """Who answered for the machine that asked."""
    private: bool = False
    """The incident is, so nobody but the requester has a card of it."""
    credentials: tuple[Credential, ...] = ()
    extends: Extended | None = None
    signals: Signals | None = None
    """What was unusual about it; None if nothing was looked at."""
    on_call: OnCallSeen | None = None
    """By which schedules the requester was on call when it was made; None in logs that don't say."""
    offered_at: datetime | None = None
    """Since when it is approved but for the requester, who has to accept its conditions."""
    accepted: str | None = None
    """The digest that the requester accepted."""
    declined: bool = False
    """Whether the requester withdrew it instead."""
    questions: tuple[Question, ...] = ()
    starts_at: datetime | None = None
    """From when it is wanted; None: from its approval on."""
    until_run: UntilRun | None = None
    """The run with which it ends, if that is before its time."""
    run_unseen_since: datetime | None = None
    """Since when the run can't be seen; None if it can."""
    ticket_found: TicketReading | None = None
    """Its ticket as it was seen when it was asked for, if its rule has it looked up."""
    ticket_title: str | None = None
    ticket_unseen_since: datetime | None = None
    """Since when the ticket can't be seen; None if it can."""
    break_glass: BreakGlass | None = None
    """Set if it was taken without approval."""
    inputs: dict[str, str] = Field(default_factory=dict)
    """What it says besides its reason: a value for each input of its terms."""
    kit: RequestedKit | None = None
    """The kit that it was requested with."""
    kit_refused: tuple[KitRefusal, ...] = ()
    """Of the first request of a kit: what of the kit the rules refused afterwards."""

    taking_signed_at: datetime | None = None
    """When the requester signed for the next credential; None once it is asked for."""

    @property
    def awaits(self) -> str | None:
        """What is still to be done about it, whatever its status: its review, if it was taken without approval."""
        return REVIEW if self.break_glass and self.break_glass.review is None else None

    @property
    def scope(self) -> str | None:
        return self.incident if self.private else None

    @property
    def requester(self) -> str:
        """Who will have the access, and is the requester by every rule, whoever asked for them."""
        return self.holder or self.owner

    @property
    def unaccepted(self) -> bool:
        """Whether it was made for somebody who has not accepted it, or never did."""
        return self.holder is not None and self.accepted_at is None

    @property
    def asked(self) -> Ask:
        """What was asked for, with what was unusual about it and seen of its ticket when it was made."""
        texts = (self.justification, self.ticket or "")
        signals = self.signals.names if self.signals else ()
        asker = self.asked_by if self.holder else None
        ask = Ask(self.requester, self.terms.entitlement, self.seconds, *texts, signals, self.inputs, asker)
        return replace(ask, ticket_found=self.ticket_found)

    @property
    def askers(self) -> frozenset[str]:
        """Who asked for it, or stood behind who did; none of them decides on it."""
        return frozenset({self.requester, self.asked_by or self.requester, *self.behind})

    @property
    def begun_at(self) -> datetime:
        return self.accepted_at or self.asked_at

    @property
    def lapses_at(self) -> datetime:
        """When it expires: conditions can be accepted for as long as there was to decide, at most until it would have ended."""
        waits_until = (self.offered_at or self.begun_at) + timedelta(seconds=self.terms.lapse)
        return (
            min(waits_until, self.starts_at + timedelta(seconds=self.seconds))
            if self.starts_at
            else waits_until
        )

    @property
    def approved_seconds(self) -> int:
        """For how long it is approved at most: the shortest that an approver said, or as long as was asked."""
        return min((one.seconds for one in self.reviews if one.seconds is not None), default=self.seconds)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All that holds for it, in the order in which it was said."""
        kept = self.extends.conditions if self.extends else ()
        return tuple(dict.fromkeys((*kept, *self.new_conditions)))

    @property
    def new_conditions(self) -> tuple[Condition, ...]:
        """What its own approvals depend on, and its requester has to accept."""
        return tuple(dict.fromkeys(condition for one in self.reviews for condition in one.conditions))

    @property
    def digest(self) -> str:
        """What decisions are bound to: all that the cards show, with what approvers took off and their conditions."""
        return offer_digest(self.asked_digest, self.seconds, self.approved_seconds, self.new_conditions)

    @property
    def ended_early(self) -> bool:
        """Whether its grant was ended before its time, so that nothing may follow on it."""
        return self.grant is not None and self.grant.how in ENDED_EARLY

    @property
    def votes(self) -> list[tuple[str, Verdict, str]]:
        """The reviews as a quorum is counted from them."""
        return [(review.reviewer, review.verdict, "") for review in self.reviews]

    def excluded(self, directory: Directory) -> frozenset[str]:
        """All accounts that may be the askers'."""
        return directory.all_who_may_be(self.askers)

    def credential(self, id: str) -> Credential | None:
        return next((credential for credential in self.credentials if credential.id == id), None)
