"""The rules of emergency stops, as pure functions: pressed, reported on, lifted."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import reduce
from typing import assert_never

from workflows.policy.bundle import Bundle
from workflows.system.stops import refusals
from workflows.system.stops.aim import Aim, aim_at
from workflows.system.stops.commands import LiftStop, PressStop, ReportEndings, StopCommand
from workflows.system.stops.events import (
    Confirmed,
    Found,
    GrantEnded,
    GrantLeftToExpire,
    GrantNotEnded,
    Lifted,
    Pressed,
    RequestClosed,
    SessionsEnded,
    StopEvent,
)
from workflows.system.stops.evolve import evolve
from workflows.system.stops.rights import may_lift, may_press
from workflows.system.stops.state import Ending, Stop
from workflows.text import is_text
from workflows.workflow import OPERATOR, Actor, Decision, NoChange, Refused, TimePassed, World

MAX_REASON_CHARS = 500
FOUND_PER_EVENT = 200
"""An event of the log has at most 65,535 bytes."""


def decide(state: Stop | None, command: StopCommand, actor: Actor, world: World, now: datetime) -> Decision:
    """What the command means for this stop."""
    if isinstance(command, PressStop):
        return NoChange() if state else _press(command, actor, world, now)
    if state is None:
        return refusals.UNKNOWN
    match command:
        case LiftStop():
            return _lift(state, command, actor, world, now)
        case ReportEndings():
            return _report(state, command, actor, now)
        case TimePassed():
            return _time_passed(state, now)
        case _:
            assert_never(command)


def due(state: Stop) -> datetime | None:
    """When it refuses nothing more by itself."""
    return state.until if state.refuses else None


def _press(command: PressStop, actor: Actor, world: World, now: datetime) -> Decision:
    person, target = command.person, command.target
    operator = actor == OPERATOR
    if (person is None) == (target is None):
        return refusals.ONE_THING
    if refusal := _unclear(command, actor, world):
        return refusal
    if not operator and (actor.is_machine or not may_press(world, actor.id, person, target)):
        return refusals.not_allowed(own=person is not None)
    aim = aim_at(world.directory, person, target)
    if earlier := _same(world, aim):
        return refusals.already_stopped(earlier)
    return (
        Pressed(
            id=command.subject,
            by=actor.id,
            person=person,
            accounts=aim.accounts,
            target=target,
            reason=command.reason.strip(),
            at=now,
            until=now + timedelta(seconds=world.bundle.red_button.refuses_for),
        ),
    )


def _unclear(command: PressStop, actor: Actor, world: World) -> Refused | None:
    if refusal := _bad_reason(command.reason):
        return refusal
    if command.target is not None:
        known = known_targets(world.bundle)
        if command.target not in known and actor != OPERATOR:
            return refusals.unknown_target(command.target, known)
    return None


def known_targets(bundle: Bundle) -> frozenset[str]:
    """Every resource and entitlement that can be stopped."""
    resources = (one.resource for one in bundle.entitlements.values())
    return frozenset((*bundle.entitlements, *resources))


def _bad_reason(reason: str) -> Refused | None:
    text = reason.strip()
    if not text:
        return refusals.NO_REASON
    return None if len(text) <= MAX_REASON_CHARS and is_text(text) else refusals.BAD_REASON


def _same(world: World, aim: Aim) -> Stop | None:
    """A stop that refuses all that one with this aim would."""
    stops = (one for one in world.in_force if isinstance(one, Stop) and one.refuses)
    return next((one for one in stops if _includes(one.aim, aim)), None)


def _includes(one: Aim, other: Aim) -> bool:
    if other.target is not None:
        return one.target == other.target
    return bool(other.accounts) and set(other.accounts) <= set(one.accounts)


def _lift(state: Stop, command: LiftStop, actor: Actor, world: World, now: datetime) -> Decision:
    if refusal := _bad_reason(command.reason):
        return refusal
    if actor != OPERATOR and (actor.is_machine or not may_lift(world, actor.id, state)):
        return refusals.NOT_YOURS_TO_LIFT
    if not state.refuses:
        return NoChange()
    return (Lifted(how="lifted", by=actor.id, at=now, reason=command.reason.strip()),)


def _time_passed(state: Stop, now: datetime) -> Decision:
    if not state.refuses or now < state.until:
        return NoChange()
    return (Lifted(how="expired", by="daypass:clockwork", at=now),)


def _report(state: Stop, command: ReportEndings, actor: Actor, now: datetime) -> Decision:
    """What has come about since the last report. It is confirmed once nothing is left."""
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_REPORT
    if state.confirmed_at:
        return NoChange()
    events: list[StopEvent] = list(_found(state, command))
    known = reduce(evolve, events, state)
    for one in command.endings:
        before = known.ending(one.request)
        assert before is not None
        events += _news(before, one, now)
    after = reduce(evolve, events, state)
    if not after.count("stopping"):
        events.append(Confirmed(at=now, ended=after.count("ended"), closed=after.count("closed")))
    return tuple(events) or NoChange()


def _found(state: Stop, command: ReportEndings) -> Iterator[StopEvent]:
    new = [one.request for one in command.endings if state.ending(one.request) is None]
    for start in range(0, len(new), FOUND_PER_EVENT):
        yield Found(requests=tuple(new[start : start + FOUND_PER_EVENT]))
    if command.sessions:
        yield SessionsEnded(number=command.sessions)


def _news(before: Ending, now_so: Ending, now: datetime) -> Iterator[StopEvent]:
    """What of this request is new."""
    if before.outcome != "stopping":
        return
    match now_so.outcome:
        case "closed":
            yield RequestClosed(request=now_so.request, at=now)
        case "ended":
            yield GrantEnded(request=now_so.request, at=now, confirmed_by=now_so.confirmed_by)
        case "stopping" if now_so.works_until and now_so.works_until != before.works_until:
            yield GrantLeftToExpire(request=now_so.request, works_until=now_so.works_until)
        case "stopping" if now_so.trouble and now_so.trouble != before.trouble:
            yield GrantNotEnded(request=now_so.request, reason=now_so.trouble)
        case _:
            return
