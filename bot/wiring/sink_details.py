"""How far event sinks are behind, for operators: under `/readyz`, at `/metrics`, and on the console's page of the log."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.web.details import Detail, Gauge
from workflows.audit.forwarding.lag import Lag, read_lags, spell_lag
from workflows.audit.forwarding.sink import EventSink
from workflows.database.store import Store

ReadLags = Callable[[], Awaitable[Sequence[Lag]]]


def reading_lags(store: Store, sinks: Sequence[EventSink]) -> ReadLags:
    """Reads how far these are behind."""

    async def read() -> Sequence[Lag]:
        return await read_lags(store, [one.name for one in sinks]) if sinks else ()

    return read


def sink_detail(read: ReadLags, now: Callable[[], datetime]) -> Callable[[], Awaitable[Detail | None]]:
    """The same in a sentence and in numbers."""

    async def detail() -> Detail | None:
        lags, at = await read(), now()
        return _detail(lags, at) if lags else None

    return detail


def _detail(lags: Sequence[Lag], now: datetime) -> Detail:
    return Detail(
        " ".join(f"{one.name}: {spell_lag(one)}." for one in lags),
        tuple(
            gauge
            for one in lags
            for gauge in (
                Gauge(
                    "daypass_event_sink_waiting",
                    "Events of the log that this event sink doesn't have yet.",
                    one.waiting,
                    {"sink": one.name},
                ),
                Gauge(
                    "daypass_event_sink_lag_seconds",
                    "For how long the first of them has waited.",
                    one.seconds(now),
                    {"sink": one.name},
                ),
            )
        ),
    )
