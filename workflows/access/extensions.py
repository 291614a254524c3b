"""Requests that extend a grant: started when that ends in time, cancelled when it ends early.

A request knows the grant that it extends by its id and its end. Whether that ended early is looked up in its log right
before anything starts, so that no order of events, and no crash between them, starts what a revocation was to stop.
"""

from datetime import datetime

from workflows.access import WORKFLOW, refusals
from workflows.access.commands import CancelExtension
from workflows.access.limits import without_texts
from workflows.access.state import EXTENDING, KIND, Access, Extended
from workflows.audit.replay import replay
from workflows.audit.tlog.canonical import LeafError
from workflows.audit.tlog.leaf import read_leaf
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import INTERNAL
from workflows.workflow import OUTBOX

MAX_SECONDS = 60.0
EXTENDABLE_BY_ONE = (*EXTENDING, "active")
"""Statuses of an extension beside which there is no other of the same grant."""


def extended(state: Access, now: datetime) -> Extended | None:
    """What a request that extends this grant says of it; None if it can't be extended now."""
    grant = state.grant
    if grant is None or grant.status != "active" or now >= grant.ends_at or state.private:
        return None
    return Extended(
        grant=state.id,
        holder=state.owner,
        entitlement=state.terms.entitlement,
        ends_at=grant.ends_at,
        longest=_longest(state),
        conditions=state.conditions,
        inputs=state.inputs,
    )


def _longest(state: Access) -> int | None:
    """For how long it may be extended at most, in seconds: no longer than it was approved for, if that was for less."""
    before = state.extends.longest if state.extends else None
    return state.approved_seconds if state.approved_seconds < state.seconds else before


def extension_of(grant: str, states: list[Access]) -> Access | None:
    """The first of these requests that extends the grant, and isn't over."""
    found = [
        one
        for one in states
        if one.extends and one.extends.grant == grant and one.status in EXTENDABLE_BY_ONE
    ]
    return min(found, key=lambda one: one.id, default=None)


def extension_performers(ledger: Ledger, reads: Repository) -> dict[str, Performer]:
    """The performers of `check-extension` and `cancel-extensions`, over these parts."""

    async def check(effect: ClaimedEffect, state: Access) -> Result:
        if why := await why_not_extended(reads, state):
            return Done(CancelExtension(state.id, why))
        return Done()

    async def cancel(effect: ClaimedEffect, state: Access) -> Result:
        for one in await reads.in_status(Access, KIND, EXTENDABLE_BY_ONE, {state.owner}):
            if one.extends and one.extends.grant == state.id:
                await ledger.handle(CancelExtension(one.id, refusals.ENDED_EARLY), OUTBOX, "outbox")
        return Done()

    return {
        "check-extension": Performer(performed_on(Access, reads, check), INTERNAL, MAX_SECONDS),
        "cancel-extensions": Performer(performed_on(Access, reads, cancel), INTERNAL, MAX_SECONDS),
    }


async def why_not_extended(reads: Repository, state: Access) -> str | None:
    """Why this request can't extend its grant, by that grant's log; None if it can."""
    extends = state.extends
    if extends is None:
        return None
    before = await _by_its_log(reads, extends.grant)
    if before is None or before.ended_early or not _is_of(extends, before):
        return refusals.ENDED_EARLY
    mine = await reads.in_status(Access, KIND, EXTENDABLE_BY_ONE, {state.owner})
    first = extension_of(extends.grant, mine)
    return refusals.EXTENDED_ALREADY if first and first.id < state.id else None


async def _by_its_log(reads: Repository, subject: str) -> Access | None:
    """The request as its events have it; None if there is none, or they could not have happened."""
    _, leaves = await reads.as_logged(Access, subject)
    try:
        replayed = replay(WORKFLOW, [(read_leaf(leaf), {}) for leaf in leaves])
    except LeafError:
        return None
    state = replayed.state
    return state if isinstance(state, Access) and not replayed.fault else None


def _is_of(extends: Extended, before: Access) -> bool:
    """Whether it says of the grant what is so."""
    grant = before.grant
    ends_at = grant.ends_at if grant else None
    known = (before.owner, before.terms.entitlement, ends_at, _longest(before), before.inputs)
    said = (extends.holder, extends.entitlement, extends.ends_at, extends.longest, extends.inputs)
    return known == said and without_texts(before.conditions) == without_texts(extends.conditions)
