"""What an emergency stop and an access review's removal have in common: what they end, and what they refuse meanwhile."""

from collections.abc import Iterable
from datetime import datetime

from workflows.access.decide_grant import ending
from workflows.access.events import CredentialRequested, Granted, GrantStarted, Requested, Withdrawn
from workflows.access.evolve import evolve
from workflows.access.on_behalf.events import ProposalAccepted
from workflows.access.state import Access
from workflows.approval.staged import UNDECIDED
from workflows.workflow import Actor, Decision, Event, NoChange

_GIVES = (Requested, ProposalAccepted, Granted, GrantStarted, CredentialRequested)


def close_or_end(state: Access, actor: Actor, closed: str, ended: str, now: datetime) -> Decision:
    """Close what is pending, and end what was granted, begun or not; each with its sentence why."""
    if state.status in UNDECIDED:
        return (Withdrawn(at=now, why=closed),)
    if state.grant is None or state.grant.status not in ("scheduled", "active"):
        return NoChange()
    return ending(state, "revoked", actor.id, ended, now)


def given(state: Access | None, events: Iterable[Event]) -> Access | None:
    """The request by which these events give something to somebody, as it was made; None if they give nothing."""
    gives = [one for one in events if isinstance(one, _GIVES)]
    if not gives:
        return None
    return evolve(None, gives[0]) if isinstance(gives[0], Requested) else state
