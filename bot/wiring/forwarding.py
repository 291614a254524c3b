"""Sending the log's events to the event sinks: one job each."""

from bot.wiring.core import Core
from bot.wiring.outside import Outside
from workflows.audit.forwarding.cursors import Cursors
from workflows.audit.forwarding.forwarding import Forwarding
from workflows.audit.forwarding.log_reader import LogReader
from workflows.ledger.clockwork import PeriodicJob
from workflows.system.alarms import alarm
from workflows.system.event_sinks import Skipping, sink_id
from workflows.workflow import CLOCKWORK

LOOKED_EVERY_SECONDS = 2.0


def forwarding_jobs(core: Core, outside: Outside) -> tuple[PeriodicJob, ...]:
    """What sends to each of the sinks that are set."""

    async def raise_alarm(key: str, sentence: str | None) -> None:
        await core.ledger.handle(alarm(key, sentence), CLOCKWORK, "clockwork")

    async def skips(name: str) -> int | None:
        state = await core.reads.find(Skipping, sink_id(name))
        return state.index if state else None

    cursors, reader = Cursors(outside.store), LogReader(outside.store)
    return tuple(
        PeriodicJob(
            f"send events to {sink.name}",
            Forwarding(sink, cursors, reader, raise_alarm, skips, outside.now).run,
            at_least_every=LOOKED_EVERY_SECONDS,
        )
        for sink in outside.event_sinks
    )
