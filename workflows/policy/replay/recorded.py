"""A past request as its decisions recorded it. What isn't at hand any more is None, and is never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from workflows.policy.on_call.seen import OnCallSeen
from workflows.policy.tickets import TicketReading

Settled = Literal["approved", "denied", "open"]
"""How it went on: `open` is what nobody decided, in time or at all."""


@dataclass(frozen=True)
class RecordedStage:
    """A stage that it had, the groups that could approve, and who was in them, without those who may not.

    `whole` unless more people were in it than the record names.
    """

    name: str
    approvers: tuple[str, ...]
    escalate_to: tuple[str, ...]
    quorum: int
    people: frozenset[str]
    whole: bool


@dataclass(frozen=True)
class RecordedReview:
    """A verdict, or that it was taken back, with the groups that everybody who had reviewed it was in then.

    `escalated` are the stages that had been escalated by then.
    """

    reviewer: str
    verdict: Literal["approve", "deny", "taken back"]
    at: datetime
    groups: Mapping[str, tuple[str, ...]]
    escalated: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordedRun:
    """An incident's step whose running stood for the approval: the roles of whoever ran it, and whom it was for."""

    severity: str
    role: str
    reviewer_roles: tuple[str, ...]


@dataclass(frozen=True)
class RecordedTexts:
    """What people typed, as far as it's at hand. `length` is the reason's, without space around it."""

    justification: str | None
    ticket: str | None
    length: int
    has_ticket: bool
    fits: tuple[str, ...] = ()
    """The patterns that the ticket was found to match."""


@dataclass(frozen=True)
class RecordedRequest:
    """`groups` are the requester's; `at` is the moment for which the rules were looked at: when access was to begin.
    `refused` has the codes of what was wrong with it; then nothing followed."""

    id: str
    requester: str
    entitlement: str
    seconds: int
    at: datetime
    groups: tuple[str, ...]
    texts: RecordedTexts
    signals: tuple[str, ...] | None
    inputs: Mapping[str, str]
    """Values that were recorded; `inputs_unread` are names for which something else was given."""
    inputs_unread: frozenset[str]
    automatic: bool
    stages: tuple[RecordedStage, ...]
    excluded: frozenset[str]
    refused: tuple[str, ...] = ()
    settled: Settled = "open"
    reviews: tuple[RecordedReview, ...] = ()
    run: RecordedRun | None = None
    ticket_found: TicketReading | None = None
    """What was seen of its ticket; None if nobody had looked."""
    on_call: OnCallSeen | None = None
    """By which schedules the requester was on call; None if that wasn't recorded."""
    asked_at: datetime | None = None
    """When it was made, from which on its stages wait; None if it was refused."""


@dataclass(frozen=True)
class Unrecorded:
    """A request that can't be replayed, and why, as a sentence without the request's own words."""

    id: str
    why: str
