"""What can happen to a request that somebody made for another person, until it is theirs."""

from datetime import datetime

from pydantic import JsonValue

from workflows.access.signals import Signals
from workflows.policy.terms.access import Terms
from workflows.workflow import Event


class ProposalAccepted(Event):
    """The person it is for accepted: from now on it is their request, on these terms."""

    action = "proposal-accepted"
    by: str
    accepted: str
    """The digest of what they were shown."""
    terms: Terms
    digest: str
    at: datetime
    seen: dict[str, JsonValue]
    """Every input the decision saw, as with a request."""
    signals: Signals | None = None


class ProposalDeclined(Event):
    """The person it is for didn't want it."""

    action = "proposal-declined"
    by: str
    at: datetime


ProposalEvent = ProposalAccepted | ProposalDeclined
