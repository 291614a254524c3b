"""The sources that say who is on call. A new one is a module, its entry here, its fields in
workflows/policy/schema/on_call.py, a paragraph in docs/groups.md, and a case of tests/policy/test_on_call_sources.py.
One that is read from elsewhere has its reader in integrations/on_call/.
"""

from collections.abc import Mapping
from datetime import datetime

from workflows.policy.on_call.outside import OUTSIDE
from workflows.policy.on_call.rota import ROTA
from workflows.policy.on_call.source import NOBODY, NOT_READ_YET, OnCallSource, Roster, Shift, Span
from workflows.policy.schema.on_call import OnCallBlock

ON_CALL_SOURCES = {source.name: source for source in (ROTA, *OUTSIDE)}
"""By the field that a schedule of on-call.yaml has for it."""
UNREAD = Roster()
Rosters = Mapping[str, Roster]
"""What was read of outside schedules, by the schedule's name."""
NO_ROSTERS: Rosters = {}


def shift_at(schedule: OnCallBlock, at: datetime, roster: Roster = UNREAD) -> Shift:
    """Who is on call by this schedule at that moment."""
    return ON_CALL_SOURCES[schedule.source].shift_at(schedule, roster, at)


def shifts_at(
    schedules: Mapping[str, OnCallBlock], at: datetime, rosters: Rosters = NO_ROSTERS
) -> dict[str, Shift]:
    """Who is on call at that moment, by the schedule's name."""
    return {name: shift_at(one, at, rosters.get(name, UNREAD)) for name, one in schedules.items()}


def is_outside(schedule: OnCallBlock) -> bool:
    """Whether who is on call is read from elsewhere."""
    return ON_CALL_SOURCES[schedule.source].outside


__all__ = [
    "NOBODY",
    "NOT_READ_YET",
    "ON_CALL_SOURCES",
    "OnCallSource",
    "Roster",
    "Rosters",
    "Shift",
    "Span",
    "is_outside",
    "shift_at",
    "shifts_at",
]
