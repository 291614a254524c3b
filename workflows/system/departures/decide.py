"""The rules of departures, as pure functions: reported, held if there are many, decided, carried out."""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

from workflows.policy.roles import operator_groups
from workflows.system.departures import refusals
from workflows.system.departures.commands import (
    ConfirmDeparture,
    DepartureCommand,
    RejectDeparture,
    ReportAccess,
    ReportLeavers,
    ReportReturned,
)
from workflows.system.departures.events import (
    AccessFound,
    Added,
    Confirmed,
    DepartureEvent,
    Ended,
    Rejected,
    Reported,
    Returned,
)
from workflows.system.departures.state import Departure
from workflows.workflow import OPERATOR, Actor, Decision, NoChange, Refused, World

IDS_PER_EVENT = 200
"""An event of the log has at most 65,535 bytes."""
LEAST_HELD_ABOVE = 5
SHARE_HELD_ABOVE = 10
"""Percent of those who are here."""


def hold_above(people: int) -> int:
    """Give how many of so many people may leave within the window without an operator being asked."""
    return max(LEAST_HELD_ABOVE, people * SHARE_HELD_ABOVE // 100)


def decide(
    state: Departure | None, command: DepartureCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """Decide what the command means for this departure."""
    if isinstance(command, ReportLeavers):
        return _report(state, command, actor, now)
    if state is None:
        return refusals.UNKNOWN
    match command:
        case ReportReturned():
            return _returned(state, command, actor)
        case ConfirmDeparture() | RejectDeparture():
            return _settle(state, command, actor, world, now)
        case ReportAccess():
            return _access(state, command, actor, now)
        case _:
            assert_never(command)


def _report(state: Departure | None, command: ReportLeavers, actor: Actor, now: datetime) -> Decision:
    """Whoever is reported joins what is held, or begins a departure. Too many of them are held."""
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_REPORT
    known = set(state.people) if state else set()
    people = [one for one in dict.fromkeys(command.people) if one not in known]
    if not people or (state is not None and state.status != "held"):
        return NoChange()
    if state is not None:
        return tuple(_added(people))
    first = Reported(
        id=command.subject,
        people=tuple(people[:IDS_PER_EVENT]),
        leavers=command.leavers,
        recent=command.recent,
        limit=command.limit,
        held=command.recent + command.leavers > command.limit,
        at=now,
    )
    return (first, *_added(people[IDS_PER_EVENT:]))


def _added(people: list[str]) -> Iterator[Added]:
    for start in range(0, len(people), IDS_PER_EVENT):
        yield Added(people=tuple(people[start : start + IDS_PER_EVENT]))


def _returned(state: Departure, command: ReportReturned, actor: Actor) -> Decision:
    """What has been held is forgotten of those who are here again; what was begun is carried out."""
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_REPORT
    wanted = set(command.people)
    people = [one for one in state.people if one in wanted]
    if state.status != "held" or not people:
        return NoChange()
    starts = range(0, len(people), IDS_PER_EVENT)
    return tuple(Returned(people=tuple(people[start : start + IDS_PER_EVENT])) for start in starts)


def _settle(
    state: Departure, command: ConfirmDeparture | RejectDeparture, actor: Actor, world: World, now: datetime
) -> Decision:
    groups = operator_groups(actor.id, world.bundle, world.directory)
    if refusal := _may_not_settle(state, command, actor, world, groups):
        return refusal
    made = Confirmed if isinstance(command, ConfirmDeparture) else Rejected
    return (made(by=actor.id, groups=groups, at=now),)


def _may_not_settle(
    state: Departure,
    command: ConfirmDeparture | RejectDeparture,
    actor: Actor,
    world: World,
    groups: tuple[str, ...],
) -> Refused | None:
    if actor != OPERATOR and (actor.is_machine or not groups):
        return refusals.NOT_AN_OPERATOR
    if actor != OPERATOR and set(state.people) & world.directory.may_be(actor.id):
        return refusals.AMONG_THEM
    if state.status != "held":
        return refusals.DECIDED
    return None if command.digest == state.digest else refusals.STALE


def _access(state: Departure, command: ReportAccess, actor: Actor, now: datetime) -> Decision:
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_REPORT
    if state.status != "ending":
        return NoChange()
    known = frozenset(state.requests)
    new = [one for one in command.requests if one not in known]
    starts = range(0, len(new), IDS_PER_EVENT)
    events: list[DepartureEvent] = [
        AccessFound(requests=tuple(new[start : start + IDS_PER_EVENT])) for start in starts
    ]
    if command.confirmed:
        events.append(Ended(at=now))
    return tuple(events) or NoChange()
