"""Looking again, by itself: whether evidence has changed under an approval, or what is live under a release."""

import logging
from datetime import datetime

from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.evaluation.tiers import gates_of_all_tiers
from workflows.ports import Permanent, Retryable
from workflows.releases.commands import ReportEvidence, ReportLive, ReportReplaced
from workflows.releases.evidence import Registries
from workflows.releases.performers import Incidents, Targets, compared, read
from workflows.releases.state import GOING, KIND, OPEN, STANDING, Release
from workflows.workflow import CLOCKWORK, Command

log = logging.getLogger(__name__)

SURFACE = "clockwork"


async def watch_open(
    ledger: Ledger,
    reads: Repository,
    registries: Registries,
    targets: Targets,
    incidents: Incidents,
    since: datetime,
) -> None:
    """One round over everything that is open; bytes that were read at `since` or later aren't read again.

    What can't be asked now is asked next time.
    """
    for state in await reads.in_status(Release, KIND, OPEN):
        if state.evidence is not None and state.move is None:
            await _look_again(ledger, reads, registries, targets, incidents, state, since)


async def watch_live(ledger: Ledger, reads: Repository, targets: Targets) -> None:
    """One round over what ought to be live: whether it is."""
    for service in sorted({state.terms.service for state in await reads.in_status(Release, KIND, STANDING)}):
        await _look_at_live(ledger, reads, targets, service)


async def watch_artifacts(ledger: Ledger, reads: Repository, registries: Registries, since: datetime) -> None:
    """One round over the bytes of what ought to be live: whether they are those that were approved.

    Names and sizes are looked at now, and the bytes themselves unless they were read at `since` or later.
    """
    for state in await reads.in_status(Release, KIND, STANDING):
        if state.move is None and not state.drifted and state.digest_that_ought_to_be_live:
            await _look_at_artifact(ledger, registries, state, since)


async def _look_at_artifact(ledger: Ledger, registries: Registries, state: Release, since: datetime) -> None:
    try:
        report = await compared(registries, state, since)
    except Retryable as error:
        log.warning("the bytes that are live by %s can't be read: %s", state.id, error)
        return
    await _tell(ledger, report)


async def _look_again(
    ledger: Ledger,
    reads: Repository,
    registries: Registries,
    targets: Targets,
    incidents: Incidents,
    state: Release,
    since: datetime,
) -> None:
    try:
        gates = gates_of_all_tiers(state.terms)
        evidence = await read(registries, targets, incidents, reads, state, gates, since)
    except (Retryable, Permanent) as error:
        log.warning("the evidence of %s can't be read again: %s", state.id, error)
        return
    await _tell(ledger, ReportEvidence(state.id, evidence, state.terms.digest))


async def _look_at_live(ledger: Ledger, reads: Repository, targets: Targets, service: str) -> None:
    """Only what stood still while it was looked at is told."""
    *earlier, last = [one for one in await _releases(reads, service) if one.status in STANDING]
    for state in earlier:
        await _tell(ledger, ReportReplaced(state.id, last.id))
    before = await _releases(reads, service)
    try:
        found = await targets[last.terms.target.kind].live(last.terms)
    except (Retryable, Permanent) as error:
        log.warning("what is live of %s can't be read: %s", service, error)
        return
    moving = any(state.move for state in before) or _moves(before) != _moves(await _releases(reads, service))
    if not moving:
        await _tell(ledger, ReportLive(last.id, found))


async def _releases(reads: Repository, service: str) -> list[Release]:
    """All of the service that may have a say in what is live, in the order in which they went live."""
    found = await reads.in_status(Release, KIND, GOING)
    return sorted(
        (state for state in found if state.terms.service == service),
        key=lambda state: (state.live_at or state.proposed_at, state.id),
    )


def _moves(releases: list[Release]) -> list[tuple[str, str, bool]]:
    """What tells whether something was made live in between; being replaced is no such thing."""
    return [
        (state.id, state.status, state.move is not None) for state in releases if state.live_at or state.move
    ]


async def _tell(ledger: Ledger, command: Command) -> None:
    await ledger.handle(command, CLOCKWORK, SURFACE)
