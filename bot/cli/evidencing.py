"""What `daypass evidence` does: makes an evidence pack from the database of a running or stopped Daypass."""

import asyncio
from pathlib import Path

from bot.cli.desk import desk
from bot.cli.output import out
from bot.evidence.pack import Pack, PackMaker
from bot.settings import read_settings
from bot.wiring.vault import open_vault
from bot.wiring.workflows import BY_KIND
from workflows.audit.export.directory import ExportError
from workflows.audit.log import Log
from workflows.clock_skew import utc_now
from workflows.database.private_files import write_new
from workflows.queries.evidence.gather import Gatherer
from workflows.queries.evidence.period import Period, PeriodError, last_quarter, read_period

BY = "an operator, at the command line"


def write_pack(output: Path, first: str | None, last: str | None, samples: int) -> None:
    """Write the pack of a period to a new file. Raises PeriodError, ExportError or Retryable."""
    period = _period(first, last)
    if output.exists():
        raise ExportError(f"{output} already exists. Name a new file; a pack never overwrites one.")
    pack = asyncio.run(_make(period, samples))
    write_new(output, pack.data)
    out.print(
        f"Wrote {output}: {pack.exceptions} exceptions, {pack.prevented} prevented attempts, {pack.events} events with proofs.",
        markup=False,
    )
    if pack.empty:
        out.print("Nothing happened in this period that any check looks at; the pack says so.")
    if not pack.over:
        out.print("The period isn't over, or no checkpoint was signed since: a later pack has other samples.")
    out.print(f"SHA-256 {pack.digest}")
    out.print(f"Verify with: daypass audit verify {output} --key KEY", markup=False)


def _period(first: str | None, last: str | None) -> Period:
    if first and last:
        return read_period(first, last, utc_now())
    if first or last:
        raise PeriodError("Give both --from and --to, or neither for the newest quarter that is over.")
    return last_quarter(utc_now())


async def _make(period: Period, samples: int) -> Pack:
    async with desk() as here, open_vault(read_settings()) as vault:
        maker = PackMaker(
            Gatherer(here.store, lambda: here.world, BY_KIND, utc_now), Log(here.store), vault.signer, utc_now
        )
        return await maker.make(period, samples, here.world.bundle.settings.name, BY)
