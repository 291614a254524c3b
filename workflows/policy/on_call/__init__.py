"""The sources that say who is on call. A new one is a module, its entry here, its fields in
workflows/policy/schema/on_call.py, a paragraph in docs/groups.md, and a case of tests/policy/test_on_call_sources.py.
"""

from collections.abc import Mapping
from datetime import datetime

from workflows.policy.on_call.rota import ROTA
from workflows.policy.on_call.source import NOBODY, OnCallSource, Shift
from workflows.policy.schema.on_call import OnCallBlock

ON_CALL_SOURCES = {source.name: source for source in (ROTA,)}
"""By the field that a schedule of on-call.yaml has for it."""


def shift_at(schedule: OnCallBlock, at: datetime) -> Shift:
    """Who is on call by this schedule at that moment."""
    return ON_CALL_SOURCES[schedule.source].shift_at(schedule, at)


def shifts_at(schedules: Mapping[str, OnCallBlock], at: datetime) -> dict[str, Shift]:
    """Who is on call at that moment, by the schedule's name."""
    return {name: shift_at(one, at) for name, one in schedules.items()}


__all__ = ["NOBODY", "ON_CALL_SOURCES", "OnCallSource", "Shift", "shift_at", "shifts_at"]
