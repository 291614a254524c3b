"""How far a stop is, in words that Slack, the console and the command line share."""

from collections.abc import Callable
from datetime import datetime

from workflows.system.stops.state import Stop

NOTHING = "There was nothing to end."


def spell_progress(stop: Stop, spell_moment: Callable[[datetime], str]) -> str:
    """Say how many of the ends are confirmed, and what the others wait for."""
    every, left, troubled = len(stop.endings), stop.left_to_expire, len(stop.troubled)
    if not every:
        return NOTHING if stop.confirmed_at else "Ending everything…"
    done = every - stop.count("stopping")
    parts = [f"{done} of {every} ended and confirmed"]
    if left:
        last = max(one.works_until for one in left if one.works_until)
        parts.append(f"{len(left)} can't be revoked early, valid until {spell_moment(last)}")
    if troubled:
        parts.append(f"{troubled} can't be ended yet, and Daypass keeps trying")
    if waiting := every - done - len(left) - troubled:
        parts.append(f"{waiting} being revoked")
    return f"{'; '.join(parts)}."
