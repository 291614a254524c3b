"""How far the witnesses are, for operators: under `/readyz`, at `/metrics`, and on the console's page of the log."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.web.details import Detail, Gauge
from workflows.audit.witness.progress import Progress, read_progress, spell_progress
from workflows.audit.witness.witness import Witness
from workflows.database.store import Store

ReadProgress = Callable[[], Awaitable[Progress | None]]
"""None if there are no witnesses, or no checkpoint yet."""


def reading_progress(store: Store, witnesses: Sequence[Witness]) -> ReadProgress:
    """Reads how far these are."""
    keys = [one.key for one in witnesses]

    async def read() -> Progress | None:
        return await read_progress(store, keys) if keys else None

    return read


def witness_detail(read: ReadProgress, now: Callable[[], datetime]) -> Callable[[], Awaitable[Detail | None]]:
    """The same in a sentence and in numbers."""

    async def detail() -> Detail | None:
        progress, at = await read(), now()
        return _detail(progress, at) if progress else None

    return detail


def _detail(progress: Progress, now: datetime) -> Detail:
    return Detail(
        spell_progress(progress, now),
        (
            Gauge("daypass_witnesses", "Witnesses of the log.", len(progress.witnesses)),
            Gauge(
                "daypass_witnesses_signed",
                "Witnesses that have signed the newest checkpoint.",
                progress.signed,
            ),
            *(
                Gauge(
                    "daypass_witness_lag_seconds",
                    "For how long there has been a checkpoint that this witness hasn't signed.",
                    one.lag(now),
                    {"witness": one.name},
                )
                for one in progress.witnesses
            ),
        ),
    )
