"""Access reviews, as access carries them out: what reviewers remove is refused, and what there is of it ends.

Removals are decided alone (`Command.alone`): what was recorded before one is found here, and whatever is decided after
it heeds it.
"""

import asyncio
from collections.abc import Callable, Iterable

from workflows.access.commands import EndRemoved
from workflows.access.state import KIND, Access
from workflows.access.stopping import AFFECTED, EXPIRY_SECONDS, LOOK_AGAIN_SECONDS
from workflows.access.views import works_until
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Later, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import INTERNAL
from workflows.policy.roles import themselves
from workflows.system.access_reviews.removals import (
    ApplyRemovals,
    Removal,
    Removals,
    ReportRevoked,
    removals_of,
)
from workflows.system.access_reviews.state import AccessReview
from workflows.workflow import OUTBOX, Actor, World

MAX_SECONDS = 60.0


def removal_performers(ledger: Ledger, reads: Repository, world: Callable[[], World]) -> dict[str, Performer]:
    """The performers of `apply-removals` and `revoke-removed`, over these parts."""

    async def apply(effect: ClaimedEffect, state: AccessReview) -> Result:
        command = ApplyRemovals(removals_of(state.id), state.id, state.terms.title, tuple(_removed(state)))
        await ledger.handle(command, OUTBOX, "outbox")
        return Done()

    async def revoke(effect: ClaimedEffect, state: Removals) -> Result:
        wanted = [one for one in state.removals if one.refuses and not one.revoked]
        reasons = _reasons(await reads.find(AccessReview, state.review)) if wanted else {}
        for removal in wanted:
            found = await _had(reads, world(), removal)
            commands = [
                EndRemoved(one.id, reasons.get(removal.what, "")) for one in found if one.status != "ending"
            ]
            actor = Actor(removal.by)
            await asyncio.gather(*(ledger.handle(one, actor, "outbox") for one in commands))
        left = {one.what: await _had(reads, world(), one) for one in wanted}
        done = tuple(what for what, some in left.items() if not some)
        if done:
            await ledger.handle(ReportRevoked(state.id, done), OUTBOX, "outbox")
        open_ends = [one for some in left.values() for one in some]
        if not open_ends:
            return Done()
        waits = all(works_until(one) for one in open_ends)
        return Later(
            f"{len(open_ends)} ends aren't confirmed yet.",
            pause=EXPIRY_SECONDS if waits else LOOK_AGAIN_SECONDS,
        )

    return {
        "apply-removals": Performer(performed_on(AccessReview, reads, apply), INTERNAL, MAX_SECONDS),
        "revoke-removed": Performer(performed_on(Removals, reads, revoke), INTERNAL, MAX_SECONDS),
    }


def _removed(state: AccessReview) -> Iterable[Removal]:
    """What reviewers removed, as the review says now."""
    for one in state.items:
        if one.verdict == "remove" and one.by and one.at:
            yield Removal(person=one.person, entitlement=one.entitlement, by=one.by, at=one.at)


def _reasons(review: AccessReview | None) -> dict[tuple[str, str], str]:
    """What reviewers said, by person and entitlement."""
    return {(one.person, one.entitlement): one.reason for one in review.items} if review else {}


async def _had(reads: Repository, world: World, removal: Removal) -> list[Access]:
    """What there is of it, pending, granted or being ended, under any of the person's accounts.

    What they requested for someone else isn't theirs; what others did for them is refused when they accept it.
    """
    accounts = themselves(removal.person, world.directory)
    theirs = await reads.in_status(Access, KIND, AFFECTED, accounts)
    return [
        one for one in theirs if one.requester in accounts and one.terms.entitlement == removal.entitlement
    ]
