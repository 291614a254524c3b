"""`make chaos`: ten minutes in which one thing after the other breaks while people work. CHAOS_SECONDS says otherwise.

Exits 1 if `/readyz` or `daypass status` didn't tell what was wrong while it was, told what wasn't, or if afterwards
anything is open, doubled or still alive.
"""

import asyncio
import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from itertools import cycle

from rich.console import Console

from bot.cli.logs import quieten
from bot.demo.actor import Actor
from bot.demo.cast import ADA, GRACE
from tests.chaos.faults import FAULTS, PROCESS, Fault
from tests.chaos.ground import Ground, ground
from tests.chaos.watching import OVER_WITHIN, TOLD_WITHIN, Lasted, Look, untold, untrue, watch
from tests.chaos.working import APPROVALS, Work, subject_of, work

SECONDS = float(os.environ.get("CHAOS_SECONDS", "600"))
LASTING = TOLD_WITHIN + 8
"""Seconds of one fault: until it has to be named, and for as long as it goes on being."""
CALM = OVER_WITHIN + 5
"""Seconds between two of them: until nothing of the last is named, and a while in which nothing may be."""
QUIET_WITHIN = 120.0
"""Seconds after the last fault in which everything that was begun is done."""
out = Console(highlight=False)


async def run() -> list[str]:
    """A sentence for each thing that was not as it should be."""
    async with ground(out.print) as place:
        ada, grace = (Actor(place.session, place.stage.page, id) for id in (ADA, GRACE))
        looks: list[Look] = []
        done = Work()
        out.print(f"For {SECONDS:g} s something breaks every {LASTING + CALM:g} s, while people work …")
        async with _beside(watch(place, looks)):
            async with _beside(work(ada, grace, done)):
                lasted = await _break_things(place)
            left = [sentence async for sentence in _left(place, grace, done)]
        out.print(
            f"{len(lasted)} faults, {len(done.asked)} requests begun, {done.came_of_it['whole']} with a credential, "
            f"{done.came_of_it['answered']} clicks and commands answered, {done.came_of_it['silence']} by Slack's own error."
        )
        return [*untold(lasted, looks), *Counter(untrue(lasted, looks)), *left]


async def _break_things(place: Ground) -> list[Lasted]:
    until, lasted = time.monotonic() + SECONDS, []
    await asyncio.sleep(CALM)
    for fault in cycle(FAULTS):
        if time.monotonic() + LASTING > until and lasted:
            return lasted
        out.print(f"{fault.name} …")
        lasted.append(await _lasting(place, fault))
        await asyncio.sleep(CALM)
    raise AssertionError("there are no faults")


async def _lasting(place: Ground, fault: Fault) -> Lasted:
    await fault.begin(place)
    since = time.monotonic()
    await asyncio.sleep(TOLD_WITHIN)
    status = await place.daypass("status") if fault.is_in_status else ""
    await asyncio.sleep(max(0.0, since + LASTING - time.monotonic()))
    until = time.monotonic()
    await fault.end(place)
    return Lasted(fault, since, until if fault.part == PROCESS else time.monotonic(), status)


async def _left(place: Ground, grace: Actor, done: Work) -> AsyncIterator[str]:
    """What is not in order once everything has had its time."""
    deadline = time.monotonic() + QUIET_WITHIN
    while "No unfinished work" not in (status := await place.daypass("status")) or place.logins():
        if time.monotonic() > deadline:
            logins = ", ".join(place.logins()) or "no login"
            yield f"{QUIET_WITHIN:g} s after the last fault there is {logins}, and `daypass status` says:\n{status}"
            break
        await asyncio.sleep(2)
    cards = Counter(filter(None, map(subject_of, await grace.messages(APPROVALS))))
    for subject, number in cards.items():
        if number > 1:
            yield f"{subject} has {number} cards in one channel."
    if not done.came_of_it["whole"]:
        yield "Nobody got a credential in all that time."


@contextlib.asynccontextmanager
async def _beside(doing: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(doing)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def main() -> int:
    quieten()
    wrong = asyncio.run(run())
    for sentence in wrong:
        out.print(sentence, markup=False)
    out.print(
        "Everything was told while it was so, and nothing else." if not wrong else f"{len(wrong)} faults."
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
