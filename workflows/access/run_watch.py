"""Watches the runs with which access ends. Only where there is such access is anything asked."""

from collections.abc import Mapping

from workflows.access.runs import ReportRun, Runs, read_run
from workflows.access.state import Access
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Later, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool

WATCH = "watch-run"
"""The effect; it stays open for as long as access may end with the run."""
WATCHED_EVERY = 15.0
"""Seconds between two looks at a run: by so much, at most, access outlasts it while its system answers."""
READ_SECONDS = 10.0
MAX_SECONDS = 30.0
WATCHING = Pool("watching runs", workers=2, ahead=4)
WATCHED = ("pending", "approved", "scheduled", "active")
"""Statuses of access that ends when its run does."""


def run_performers(
    runs: Mapping[str, Runs], reads: Repository, every: float = WATCHED_EVERY
) -> dict[str, Performer]:
    """The performer of `WATCH`, over these systems by kind of run; it looks again after so many seconds."""

    async def watch(effect: ClaimedEffect, state: Access) -> Result:
        if state.until_run is None or state.status not in WATCHED:
            return Done()
        reading = await read_run(runs, state.until_run, READ_SECONDS)
        report = ReportRun(state.id, reading)
        if reading.is_over:
            return Done(report)
        unseen = reading.status == "unreadable"
        changed = unseen != (state.run_unseen_since is not None)
        return Later(reading.why or "The run goes on.", report if changed else None, pause=every)

    return {WATCH: Performer(performed_on(Access, reads, watch), WATCHING, MAX_SECONDS)}
