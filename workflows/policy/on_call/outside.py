"""Schedules that are kept elsewhere: who is on call is what was read there last, for as long as that can be relied on."""

from datetime import datetime

from workflows.policy.on_call.source import OnCallSource, Roster, Shift
from workflows.policy.schema.on_call import SOURCES, OnCallBlock

NOT_IN_TIME = "It couldn't be read in time."


def _shift_at(schedule: OnCallBlock, roster: Roster, at: datetime) -> Shift:
    if roster.known_until is None or at >= roster.known_until:
        return Shift((), roster.known_until, None, roster.fault or NOT_IN_TIME)
    people = sorted({one.person for one in roster.spans if one.covers(at)})
    edges = [edge for one in roster.spans for edge in (one.begins, one.ends) if edge is not None]
    since = max((edge for edge in edges if edge <= at), default=None)
    until = min(edge for edge in (*edges, roster.known_until) if edge > at)
    return Shift(tuple(people), since, until)


OUTSIDE = tuple(OnCallSource(name, _shift_at, outside=True) for name in SOURCES if name != "rota")
