"""Watches what access ends with: looks at it again and again for as long as access may end with it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic

from workflows.access.ends_with import EndsWith, R
from workflows.access.state import Access
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Later, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool
from workflows.workflow import Command

MAX_SECONDS = 30.0
"""For one look."""


@dataclass(frozen=True)
class Watch(Generic[R]):
    """How one kind is watched: the effect stays open for as long as access may end with it."""

    kind: EndsWith[R]
    effect: str
    read: Callable[[Access], Awaitable[R]]
    """Looks at it. Never raises: what can't be seen says so."""
    report: Callable[[str, R], Command]
    every: float
    """Seconds between two looks: by so much, at most, access outlasts it while its system answers."""
    pool: Pool


def watch_performer(watch: Watch[R], reads: Repository) -> dict[str, Performer]:
    """The performer of the watch's effect. Only where there is such access is anything asked."""
    kind = watch.kind

    async def look(effect: ClaimedEffect, state: Access) -> Result:
        if not kind.matters(state) and state.status != "approved":
            return Done()
        reading = await watch.read(state)
        report = watch.report(state.id, reading)
        if reading.is_over:
            return Done(report)
        changed = bool(reading.unseen) != (kind.unseen_since(state) is not None)
        goes_on = f"The {kind.word} goes on."
        return Later(reading.unseen or goes_on, report if changed else None, pause=watch.every)

    return {watch.effect: Performer(performed_on(Access, reads, look), watch.pool, MAX_SECONDS)}
