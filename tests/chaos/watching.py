"""What `/readyz` said, second by second, and whether that was so: each fault while it lasted, and nothing else."""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.chaos.faults import PROCESS, Fault
from tests.chaos.ground import Ground

EVERY = 0.5
"""Seconds between two looks."""
TOLD_WITHIN = 25.0
"""Seconds after which a fault has to be named: Slack counts as away once calls have failed for ten."""
OVER_WITHIN = 20.0
"""Seconds after which a fault that has ended isn't named any more."""


@dataclass(frozen=True)
class Look:
    """What was not ready between the question and its answer, each part with its reason."""

    at: float
    answered: float
    reasons: dict[str, str]


@dataclass(frozen=True)
class Lasted:
    """A fault, from when it was there for certain until it was taken away."""

    fault: Fault
    since: float
    until: float
    status: str
    """What `daypass status` said in its middle."""


async def watch(ground: Ground, looks: list[Look]) -> None:
    """Look again and again, until cancelled."""
    while True:
        began = time.monotonic()
        parts = await ground.readiness()
        told = {name: reason for name, reason in parts.items() if reason != "ready"}
        looks.append(Look(began, time.monotonic(), told if parts else {PROCESS: "nobody answers"}))
        await asyncio.sleep(EVERY)


def untold(lasted: Sequence[Lasted], looks: Sequence[Look]) -> Iterator[str]:
    """A sentence for each fault that was not named while it lasted, at any look, or not in its words."""
    for one in lasted:
        if one.fault.is_in_status and not re.search(one.fault.reason, one.status):
            yield f"{one.fault.name}: `daypass status` didn't say so:\n{one.status}"
        during = [look for look in looks if one.since + TOLD_WITHIN <= look.at and look.answered <= one.until]
        said = [look.reasons.get(one.fault.part, "") for look in during]
        missed = [reason for reason in said if not reason or not re.search(one.fault.reason, reason)]
        if not during or missed:
            yield f"{one.fault.name}: not told in {len(missed)} of {len(during)} looks: {sorted(set(missed))}"


def untrue(lasted: Sequence[Lasted], looks: Sequence[Look]) -> Iterator[str]:
    """A sentence for each part that was named though nothing was wrong with it."""
    for look in looks:
        excused = {one.fault.part for one in lasted if one.since <= look.at <= one.until + OVER_WITHIN}
        for part, reason in look.reasons.items():
            if part not in excused and PROCESS not in excused:
                yield f"{part} was said not to be ready though nothing was wrong with it: {reason}"
