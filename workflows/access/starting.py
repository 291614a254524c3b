"""How a scheduled grant starts: looked at once more when its time comes, by its own log and by the rules of today."""

from collections.abc import Callable

from workflows.access import WORKFLOW
from workflows.access.commands import CancelExtension, Revoke, StartGrant
from workflows.access.extensions import MAX_SECONDS, why_not_extended
from workflows.access.objection import objection_to_grant
from workflows.access.scheduling import CancelScheduled
from workflows.access.state import Access
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Later, Performer, Result
from workflows.ledger.replayed_state import Derived, Rederiving
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import INTERNAL
from workflows.workflow import OUTBOX, World


def start_performers(
    ledger: Ledger, reads: Repository, rederiving: Rederiving, world: Callable[[], World]
) -> dict[str, Performer]:
    """The performer of `start-grant`, over these parts."""

    async def start(effect: ClaimedEffect, found: Derived[Access]) -> Result:
        state, known = found.state, world()
        if state.status != "scheduled":
            return Done()
        if why := await why_not_extended(reads, state):
            return Done(CancelExtension(state.id, why))
        if doubt := known.doubt_about(state.requester):
            return Later(doubt)
        if why := objection_to_grant(state, found.story, known):
            return Done(CancelScheduled(state.id, why))
        outcome = await ledger.handle(StartGrant(state.id), OUTBOX, "outbox")
        if outcome.refusal:
            return Later(outcome.refusal.sentence)
        waits = outcome.state is not None and outcome.state.status == "scheduled"
        return Later("It starts a little later.") if waits else Done()

    return {
        "start-grant": Performer(
            rederiving.performed(WORKFLOW, Access, start, _not_started, end=_end),
            INTERNAL,
            MAX_SECONDS,
        )
    }


def _not_started(effect: ClaimedEffect, reason: str) -> None:
    """What isn't borne out by the log has been ended already."""


def _end(effect: ClaimedEffect, reason: str) -> Revoke:
    return Revoke(effect.subject, reason)
