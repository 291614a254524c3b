"""Watches the runs with which access ends."""

from collections.abc import Mapping

from workflows.access.decide_run import WITH_RUN
from workflows.access.ends_with_watch import Watch, watch_performer
from workflows.access.runs import ReportRun, RunReading, Runs, read_run
from workflows.access.state import Access
from workflows.ledger.outbox import Performer
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool

WATCH = "watch-run"
"""The effect."""
WATCHED_EVERY = 15.0
READ_SECONDS = 10.0
WATCHING = Pool("watching runs", workers=2, ahead=4)


def run_performers(
    runs: Mapping[str, Runs], reads: Repository, every: float = WATCHED_EVERY
) -> dict[str, Performer]:
    """The performer of `WATCH`, over these systems by kind of run; it looks again after so many seconds."""

    async def read(state: Access) -> RunReading:
        assert state.until_run is not None
        return await read_run(runs, state.until_run, READ_SECONDS)

    return watch_performer(Watch(WITH_RUN, WATCH, read, ReportRun, every, WATCHING), reads)
