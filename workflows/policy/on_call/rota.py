"""A rota written in the bundle: people take turns of whole weeks, with overrides for single days or hours.

Hand-over is at the same local time whatever the clocks do: a turn over the change to summer time has an hour less.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from workflows.policy.on_call.source import NOBODY, OnCallSource, Roster, Shift
from workflows.policy.schema.on_call import OnCallBlock, RotaBlock, instant


def _shift_at(schedule: OnCallBlock, roster: Roster, at: datetime) -> Shift:
    if schedule.rota is None:
        return NOBODY
    return _covered(schedule.rota, _turn_at(schedule.rota, at), at)


def _turn_at(rota: RotaBlock, at: datetime) -> Shift:
    """Whose turn it is by the rota alone. Before its first hand-over it is nobody's."""
    number = _number_at(rota, at)
    if number < 0:
        return Shift((), None, _hand_over(rota, 0))
    person = rota.people[number % len(rota.people)]
    return Shift((person,), _hand_over(rota, number), _hand_over(rota, number + 1))


def _number_at(rota: RotaBlock, at: datetime) -> int:
    """The number of the turn, from 0. Local time gives it but for an hour, which hand-overs as moments settle."""
    local = at.astimezone(ZoneInfo(rota.zone)).replace(tzinfo=None)
    number = (local - rota.begins) // _length(rota)
    while _hand_over(rota, number) > at:
        number -= 1
    while _hand_over(rota, number + 1) <= at:
        number += 1
    return number


def _hand_over(rota: RotaBlock, number: int) -> datetime:
    return instant(rota.begins + number * _length(rota), rota.zone)


def _length(rota: RotaBlock) -> timedelta:
    return timedelta(weeks=rota.weeks)


def _covered(rota: RotaBlock, turn: Shift, at: datetime) -> Shift:
    """The turn with its overrides: who covers now, and until when what is so now holds."""
    people, edges = turn.people, [edge for edge in (turn.since, turn.until) if edge]
    for one in rota.overrides:
        begins, ends = instant(one.begins, rota.zone), instant(one.ends, rota.zone)
        edges += [begins, ends]
        if begins <= at < ends:
            people = (one.person,)
    since = max((edge for edge in edges if edge <= at), default=None)
    until = min((edge for edge in edges if edge > at), default=None)
    return Shift(people, since, until)


ROTA = OnCallSource("rota", _shift_at)
