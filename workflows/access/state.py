"""Access as its events have made it: the request, its reviews, its grant and the credentials minted under it."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal, get_args

import rfc8785
from pydantic import JsonValue

from workflows.access.break_glass.state import REVIEW, BreakGlass
from workflows.access.runs import UntilRun
from workflows.access.signals import Signals
from workflows.policy.evaluation.assess import Ask
from workflows.policy.terms.access import Terms
from workflows.ports import Directory
from workflows.workflow import Part, State

KIND = "acc"
NAME = "access"


Verdict = Literal["approve", "deny"]


How = Literal["expired", "revoked", "given back", "cancelled", "run ended"]


Status = Literal[
    "pending", "approved", "scheduled", "active", "ending", "ended", "denied", "withdrawn", "lapsed"
]


GrantStatus = Literal["scheduled", "active", "ending", "ended"]


EVERY: tuple[Status, ...] = get_args(Status)


OPEN: tuple[Status, ...] = ("pending", "approved")
"""Statuses in which it isn't settled yet."""


EXTENDING: tuple[Status, ...] = ("pending", "approved", "scheduled")
"""Statuses of a request that extends a grant and has not begun."""


UPCOMING: tuple[Status, ...] = ("scheduled",)
"""Statuses of a request that is granted, and whose grant has not begun."""


STANDING: tuple[Status, ...] = ("active", "ending")
"""Statuses of a request by whose grant somebody may have access now."""


ENDED_EARLY: tuple[How, ...] = ("revoked", "given back", "cancelled", "run ended")
"""How a grant ends before its time."""


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
    """The grant that a request extends: it begins when that one ends in time, at `ends_at`."""

    grant: str
    holder: str
    entitlement: str
    ends_at: datetime


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
    taken_back: tuple[str, ...] = ()
    """Who took a review back, once for each time."""
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
    extends: Extended | None = None
    signals: Signals | None = None
    """What was unusual about it; None if nothing was looked at."""
    starts_at: datetime | None = None
    """From when it is wanted; None: from its approval on."""
    until_run: UntilRun | None = None
    """The run with which it ends, if that is before its time."""
    run_unseen_since: datetime | None = None
    """Since when the run can't be seen; None if it can."""
    break_glass: BreakGlass | None = None
    """Set if it was taken without approval."""

    @property
    def awaits(self) -> str | None:
        """What is still to be done about it, whatever its status: its review, if it was taken without approval."""
        return REVIEW if self.break_glass and self.break_glass.review is None else None

    @property
    def scope(self) -> str | None:
        return self.incident if self.private else None

    @property
    def requester(self) -> str:
        return self.owner

    @property
    def asked(self) -> Ask:
        """What was asked for, with what was unusual about it when it was made."""
        texts = (self.justification, self.ticket or "")
        signals = self.signals.names if self.signals else ()
        return Ask(self.requester, self.terms.entitlement, self.seconds, *texts, signals)

    @property
    def askers(self) -> frozenset[str]:
        """Who asked for it, or stood behind who did; none of them decides on it."""
        return frozenset({self.owner, self.asked_by or self.owner, *self.behind})

    @property
    def begun_at(self) -> datetime:
        return self.asked_at

    @property
    def lapses_at(self) -> datetime:
        """When it expires without a decision: at the latest when it would have ended."""
        waits_until = self.begun_at + timedelta(seconds=self.terms.lapse)
        return (
            min(waits_until, self.starts_at + timedelta(seconds=self.seconds))
            if self.starts_at
            else waits_until
        )

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


def request_digest(
    subject: str,
    requester: str,
    terms: Terms,
    seconds: int,
    justification: str,
    ticket: str | None,
    extends: Extended | None = None,
    starts_at: datetime | None = None,
    until_run: UntilRun | None = None,
) -> str:
    """What a decision is bound to: all that the card shows of the request, as SHA-256 (RFC 8785)."""
    shown: dict[str, JsonValue] = {
        "request": subject,
        "requester": requester,
        "terms": terms.model_dump(mode="json"),
        "seconds": seconds,
        "justification": justification,
        "ticket": ticket,
        "extends": extends.model_dump(mode="json") if extends else None,
        "starts_at": starts_at.isoformat() if starts_at else None,
        "until_run": until_run.model_dump(mode="json") if until_run else None,
    }
    return hashlib.sha256(rfc8785.dumps(shown)).hexdigest()
