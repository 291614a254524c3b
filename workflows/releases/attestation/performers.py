"""How a release is attested: what its events bear out is signed, and kept with it."""

from collections.abc import Callable

from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Later, Never, Performer, Result
from workflows.ledger.replayed_state import Derived, Rederiving
from workflows.ledger.worker_pools import Pool
from workflows.ports import Retryable
from workflows.releases import WORKFLOW
from workflows.releases.attestation.statement import Attester, attest
from workflows.releases.commands import ReportAttested
from workflows.releases.objection import objection
from workflows.releases.state import Release
from workflows.workflow import World

ATTESTING = Pool("attesting releases", workers=1)
MAX_SECONDS = 30.0


def attestation_performers(
    attester: Attester | None, rederiving: Rederiving, world: Callable[[], World]
) -> dict[str, Performer]:
    """The performer of `attest`; without an attester, releases go without."""

    async def perform(effect: ClaimedEffect, found: Derived[Release]) -> Result:
        if attester is None or found.state.attestation:
            return Done()
        if why := objection(found.state, world()):
            return Never(why)
        try:
            envelope = await attest(found.state, attester)
        except Retryable as error:
            return Later(str(error), pause=error.pause)
        return Done(ReportAttested(found.state.id, envelope.text) if envelope else None)

    performed = rederiving.performed(WORKFLOW, Release, perform, lambda effect, reason: None)
    return {"attest": Performer(performed, ATTESTING, MAX_SECONDS)}
