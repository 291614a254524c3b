"""Emergency stops, as access carries them out: all that a stop is for is ended, until every end is confirmed.

A stop is decided alone (`Command.alone`): what was recorded before it is found here, and whatever is decided after it
heeds it. A credential that is being created when its grant ends is ended as soon as it is there, like any other.
"""

import asyncio

from workflows.access.commands import StopAccess
from workflows.access.state import EXTENDING, KIND, PROPOSED, STANDING, Access
from workflows.access.stopped import ending_of, is_for
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Later, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool
from workflows.system.session_commands import SignOut
from workflows.system.sessions import KIND as SESSIONS
from workflows.system.sessions import Session
from workflows.system.stops.aim import Aim
from workflows.system.stops.commands import ReportEndings
from workflows.system.stops.state import Stop
from workflows.workflow import OUTBOX

MAX_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.5
"""Until it is looked again how far the endings are."""
EXPIRY_SECONDS = 15.0
"""The same, where nothing is left but to wait until credentials expire."""
AFFECTED = (*PROPOSED, *EXTENDING, *STANDING)
"""Statuses of what a stop ends, or sees ended."""
STOPPING = Pool("stopping", workers=2, ahead=2, urgent=True)


def stop_performers(ledger: Ledger, reads: Repository) -> dict[str, Performer]:
    """The performer of `stop`, over these parts."""

    async def perform(effect: ClaimedEffect, state: Stop) -> Result:
        ended = await _end_sessions(state, ledger, reads)
        found = await affected(reads, state.aim)
        commands = [StopAccess(one.id, state.id) for one in found if one.status != "ending"]
        await asyncio.gather(*(ledger.handle(one, OUTBOX, "outbox") for one in commands))
        wanted = {*(one.id for one in found), *(one.request for one in state.endings)}
        known = await reads.find_all({KIND: Access}, wanted)
        endings = [ending_of(one) for _, one in sorted(known.items()) if isinstance(one, Access)]
        report = ReportEndings(state.id, tuple(endings), ended)
        after = (await ledger.handle(report, OUTBOX, "outbox")).state
        if not isinstance(after, Stop) or after.confirmed_at:
            return Done()
        waits = after.count("stopping") == len(after.left_to_expire)
        left = after.count("stopping")
        return Later(
            f"{left} of {len(after.endings)} ends aren't confirmed yet.",
            pause=EXPIRY_SECONDS if waits else LOOK_AGAIN_SECONDS,
        )

    return {"stop": Performer(performed_on(Stop, reads, perform), STOPPING, MAX_SECONDS)}


async def affected(reads: Repository, aim: Aim) -> list[Access]:
    """All that a stop with this aim is for, pending, granted or being ended, oldest first."""
    if aim.person is None:
        found = await reads.in_status(Access, KIND, AFFECTED)
    else:
        theirs = await reads.in_status(Access, KIND, AFFECTED, aim.accounts)
        proposed = await reads.in_status(Access, KIND, PROPOSED)
        found = [*proposed, *(one for one in theirs if one.status != "proposed")]
    return sorted((one for one in found if is_for(aim, one)), key=lambda one: one.id)


async def _end_sessions(stop: Stop, ledger: Ledger, reads: Repository) -> int:
    """How many sessions of the person were ended now."""
    sessions = await reads.in_status(Session, SESSIONS, ("open",), stop.aim.accounts)
    commands = [SignOut(one.id, "ended by an emergency stop") for one in sessions]
    outcomes = await asyncio.gather(*(ledger.handle(one, OUTBOX, "outbox") for one in commands))
    return sum(bool(one.events) for one in outcomes)
