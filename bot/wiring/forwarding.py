"""Sending the log's events to the event sinks: one job each."""

from contextlib import AbstractAsyncContextManager

from bot.settings import Settings
from bot.wiring.core import Core
from bot.wiring.outside import Outside
from bot.wiring.releases import reach_of
from bot.wiring.world import PolicyAndPeople
from integrations.event_sinks import open_event_sinks
from workflows.audit.forwarding.cursors import Cursors
from workflows.audit.forwarding.forwarding import Forwarding
from workflows.audit.forwarding.log_reader import LogReader
from workflows.audit.forwarding.sink import EventSink
from workflows.ledger.clockwork import PeriodicJob
from workflows.system.alarms import alarm
from workflows.system.event_sinks import Skipping, sink_id
from workflows.workflow import CLOCKWORK

LOOKED_EVERY_SECONDS = 2.0


def open_receivers(
    settings: Settings, known: PolicyAndPeople
) -> AbstractAsyncContextManager[tuple[EventSink, ...]]:
    """The event sinks that are set; the log's name in what they get is that of the bundle in force."""
    return open_event_sinks(
        settings.daypass_event_sinks, reach_of(settings), lambda: known.bundle.settings.log_origin
    )


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
