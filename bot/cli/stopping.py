"""Presses and lifts emergency stops as an operator, on the database of a running Daypass, and follows what they end."""

import asyncio
import time
from datetime import UTC, datetime

import typer
from ulid import ULID

from bot.cli.desk import desk
from bot.cli.output import fail, out, tell
from workflows.access.state import Access
from workflows.access.stopping import affected
from workflows.ledger.repository import Repository
from workflows.system.stops.aim import Aim, aim_at
from workflows.system.stops.commands import LiftStop, PressStop
from workflows.system.stops.progress import spell_progress
from workflows.system.stops.state import KIND, Stop
from workflows.workflow import World

LOOK_SECONDS = 0.5
SILENT_SECONDS = 15.0
"""After which nobody seems to carry the stop out."""
LISTED = 20
NOBODY_CARRIES_IT_OUT = (
    "Nothing has ended yet, so Daypass may not be running. It ends everything as soon as it runs."
)


async def stop(person: str | None, resource: str | None, because: str, yes: bool) -> None:
    """Press for one of the two, and return when every end is confirmed. Ends the process with 1 if it is refused."""
    async with desk() as here:
        directory = here.world.directory
        who = (directory.account_with(person) or person) if person else None
        if who is not None and who not in directory.people and not yes:
            fail(f"{person} isn't a known person. Add --yes to stop this id all the same.")
        aim = aim_at(directory, who, resource)
        if not yes:
            _confirm(aim, await affected(here.reads, aim), here.world)
        outcome = await here.act(PressStop(f"{KIND}_{ULID()}", because, who, resource))
        out.print(outcome.subject, markup=False)
        await _follow(here.reads, outcome.subject)


async def lift(stop: str, because: str) -> None:
    """Lift the stop of this id. Ends the process with 1 if it is refused."""
    async with desk() as here:
        await here.act(LiftStop(stop, because))
        out.print("Lifted. Access can be requested again.")


def _confirm(aim: Aim, found: list[Access], world: World) -> None:
    names = world.directory.name_of
    tell(f"This ends {len(found)} requests and grants now, and refuses more:")
    for one in found[:LISTED]:
        tell(f"  {one.id} {names(one.requester)}: {one.terms.title} ({one.status})")
    if len(found) > LISTED:
        tell(f"  … and {len(found) - LISTED} more")
    typer.confirm("Stop now?", abort=True, err=True)


async def _follow(reads: Repository, subject: str) -> None:
    """Tell each step until everything is confirmed."""
    told, since, warned = "", time.monotonic(), False
    while True:
        stop = await reads.find(Stop, subject)
        assert stop is not None
        progress = spell_progress(stop, _minute)
        if progress != told:
            tell(progress)
            told, since = progress, time.monotonic()
        if stop.confirmed_at:
            return
        if not warned and not stop.endings and time.monotonic() - since > SILENT_SECONDS:
            tell(NOBODY_CARRIES_IT_OUT)
            warned = True
        await asyncio.sleep(LOOK_SECONDS)


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
