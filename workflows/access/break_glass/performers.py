"""How the effects of break-glass are performed: what was taken is looked at once more, beside what else was."""

from collections.abc import Callable

from workflows.access.break_glass.decide import blocked
from workflows.access.break_glass.history import taken_beside
from workflows.access.commands import Revoke
from workflows.access.state import Access
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import INTERNAL
from workflows.workflow import World

MAX_SECONDS = 60.0


def break_glass_performers(reads: Repository, world: Callable[[], World]) -> dict[str, Performer]:
    """The performer of `check-break-glass`, over these parts."""

    async def check(effect: ClaimedEffect, state: Access) -> Result:
        why = await why_blocked(reads, world(), state)
        return Done(Revoke(state.id, why) if why else None)

    return {"check-break-glass": Performer(performed_on(Access, reads, check), INTERNAL, MAX_SECONDS)}


async def why_blocked(reads: Repository, world: World, state: Access) -> str | None:
    """Why what was taken may not stand beside what the same person took before; None if it may, or wasn't taken.

    Two replicas, or two clicks, can take at the same moment: neither knew of the other.
    """
    terms = state.terms.break_glass
    if state.break_glass is None or terms is None:
        return None
    refusal = blocked(await taken_beside(reads, world.directory, state), terms, state.asked_at)
    return refusal.sentence if refusal else None
