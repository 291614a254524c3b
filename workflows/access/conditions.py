"""Approving for less than was asked: for a shorter time, or under a condition that the requester has to accept.

A shorter time takes effect by itself: it only gives less, and gives nobody a duty. A condition asks something of the
requester, so nothing is granted before they accept all conditions, bound to the digest that they were shown. If they
don't, the request is withdrawn: its approvers have said what they approve, and a new request can say more.
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from workflows.access.limits import condition_digest
from workflows.access.state import Access
from workflows.audit.possibility import Past, Why
from workflows.policy.tickets import TicketReading
from workflows.workflow import Command, Event, Occurred, unmet

MIN_SECONDS = 60
"""The shortest that a request is shortened to."""
MAX_CONDITION_CHARS = 300
MAX_CONDITIONS = 5
"""Of one request, with those that it keeps: whoever accepts them reads all of them in one message."""


@dataclass(frozen=True)
class AcceptConditions(Command):
    """The requester accepts what was offered; `digest` is of all that they were shown, the policy's included.

    Not `confirmed`, it only counts where a card has room for all of the conditions.
    """

    digest: str
    ticket_found: TicketReading | None = None
    """The request's ticket, as it was seen right then."""
    confirmed: bool = False


class ConditionsOffered(Event):
    """It has its approvals, under conditions that the requester has to accept."""

    action = "conditions-offered"
    digest: str
    at: datetime
    seen: dict[str, JsonValue]
    """The groups of everybody who has approved it."""


class ConditionsAccepted(Event):
    """The requester, or an owner of the machine that asked, accepted all conditions."""

    action = "conditions-accepted"
    by: str
    digest: str
    at: datetime
    seen: dict[str, JsonValue]
    """Every input the decision saw, as with a review."""


class ConditionsDeclined(Event):
    """The requester withdrew the request instead of accepting its conditions."""

    action = "conditions-declined"
    by: str
    at: datetime


def shortest(state: Access) -> int:
    """Seconds that a request can be shortened to at least; what is asked for less can't be shortened."""
    return max(MIN_SECONDS, state.terms.shortest)


def impossible_limits(
    state: Access, now: Occurred, seconds: int | None, condition: str | None, digest: str | None
) -> Why:
    """Why an approval could not have been for this; None if it could."""
    erased = "condition" in now.erased
    bound = erased or (
        condition is not None and digest == condition_digest(state.id, now.actor.id, condition)
    )
    return unmet(
        (
            seconds is None or shortest(state) <= seconds < state.approved_seconds,
            "it was approved for longer than was shown, or for too short a time",
        ),
        (not digest or len(state.conditions) < MAX_CONDITIONS, "it had too many conditions already"),
        (bound if digest else condition is None, "its condition isn't the one that was recorded"),
    )


def impossible_offer(state: Access, past: Past, now: Occurred, event: ConditionsOffered) -> Why:
    """Why nothing could have been offered then, its approvals apart; None if it could."""
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (bool(state.new_conditions), "there were no conditions to offer"),
        (event.digest == state.digest, "something else was offered than was approved"),
        (past[-1].version == now.version, "nothing had just approved it"),
    )


def impossible_acceptance(state: Access, now: Occurred, event: ConditionsAccepted) -> Why:
    """Why the conditions could not have been accepted then; None if they could."""
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (state.offered_at is not None, "no conditions had been offered"),
        (now.actor.id == event.by and not now.actor.is_daypass, "someone else accepted its conditions"),
        (
            all(one.reviewer != event.by for one in state.reviews),
            "one of its approvers accepted its conditions",
        ),
        (event.digest == state.digest, "other conditions were accepted than were offered"),
        (state.terms.digest == now.policy, "they were accepted under another policy than the one in force"),
        (now.at < state.lapses_at, "it had expired by then"),
    )


def impossible_declining(state: Access, past: Past, now: Occurred, event: ConditionsDeclined) -> Why:
    """Why the conditions could not have been declined then; None if they could."""
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (state.offered_at is not None, "no conditions had been offered"),
        (now.actor.id == event.by, "someone else declined its conditions"),
    )
