"""`daypass audit skip-event`, on the database of a running or stopped Daypass."""

import typer

from bot.cli.desk import desk
from bot.cli.output import fail, out
from bot.settings import read_settings
from workflows.audit.forwarding.lag import read_lags, spell_lag
from workflows.system.event_sinks import SkipEvent, sink_id


async def skip_event(sink: str, index: int, yes: bool) -> None:
    """Let the sink skip this event. Ends the process with 1 if that isn't the one it waits at."""
    known = read_settings().daypass_event_sinks
    if sink not in known:
        fail(f"{sink} isn't in DAYPASS_EVENT_SINKS, which has {', '.join(sorted(known)) or 'none'}.")
    async with desk() as here:
        (lag,) = await read_lags(here.store, [sink])
        if not lag.waiting or lag.place != index:
            place = f"waits at event {lag.place}" if lag.waiting else spell_lag(lag)
            fail(f"{sink} {place}, so event {index} can't be skipped.")
        if not yes:
            typer.confirm(f"Will {sink} never need event {index}?", abort=True, err=True)
        await here.act(SkipEvent(sink_id(sink), sink, index))
        out.print(f"{sink} skips event {index} if it fails once more.")
