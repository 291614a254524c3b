"""The rules of absences, as pure functions: started, looked at again, ended."""

from datetime import UTC, datetime, timedelta
from typing import assert_never

from workflows.system.absences import refusals
from workflows.system.absences.commands import AbsenceCommand, CheckAbsence, EndAbsence, StartAbsence
from workflows.system.absences.events import AbsenceEnded, AbsenceStarted, DelegationEnded
from workflows.system.absences.rights import delegable, longest
from workflows.system.absences.state import Absence
from workflows.workflow import Actor, Decision, NoChange, Refused, TimePassed, World

MAX_AWAY = timedelta(days=365)


def decide(
    state: Absence | None, command: AbsenceCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means for this absence."""
    if isinstance(command, StartAbsence):
        return NoChange() if state else _start(command, actor, world, now)
    if state is None:
        return refusals.UNKNOWN
    match command:
        case EndAbsence():
            return _end(state, actor, world, now)
        case CheckAbsence():
            return _check(state, world, now)
        case TimePassed():
            return _time_passed(state, now)
        case _:
            assert_never(command)


def due(state: Absence) -> datetime | None:
    """When it is over by itself."""
    return state.until if state.status == "away" else None


def beside(state: Absence | None, command: AbsenceCommand, actor: Actor, world: World) -> frozenset[str]:
    """Whose other absences count: nobody is away twice."""
    return world.directory.may_be(actor.id) if isinstance(command, StartAbsence) else frozenset()


def _start(command: StartAbsence, actor: Actor, world: World, now: datetime) -> Decision:
    until = command.until.astimezone(UTC)
    if refusal := _unable(actor, until, world, now) or _unfit(command, actor, until, world, now):
        return refusal
    groups: tuple[str, ...] = ()
    if command.delegate is not None:
        seconds = int((until - now).total_seconds())
        groups = delegable(world.bundle, world.directory, actor.id, command.delegate, seconds)
    return (
        AbsenceStarted(
            id=command.subject,
            person=actor.id,
            at=now,
            until=until,
            delegate=command.delegate,
            groups=groups,
            earlier=command.earlier if command.delegate else None,
        ),
    )


def _unable(actor: Actor, until: datetime, world: World, now: datetime) -> Refused | None:
    """Why this person can't be away until then."""
    if actor.is_machine or actor.is_daypass:
        return refusals.MACHINE
    if until <= now:
        return refusals.PAST
    if until - now > MAX_AWAY:
        return refusals.TOO_LONG
    theirs = (one for one in world.beside if isinstance(one, Absence) and one.holds_at(now))
    earlier = next(theirs, None)
    return refusals.already_away(earlier.until) if earlier else None


def _unfit(
    command: StartAbsence, actor: Actor, until: datetime, world: World, now: datetime
) -> Refused | None:
    """Why the delegate can't decide for them, if there is to be one."""
    delegate, directory = command.delegate, world.directory
    if delegate is None:
        return None
    if directory.may_be(delegate) & directory.may_be(actor.id):
        return refusals.ONESELF
    known = directory.people.get(delegate)
    if known is None or known.standing != "member":
        return refusals.NOT_A_MEMBER
    for one in world.in_force:
        if isinstance(one, Absence) and one.holds_at(now) and one.owner in directory.may_be(delegate):
            return refusals.delegate_away(one.until)
    most = longest(world.bundle, directory, actor.id, delegate)
    if most is None:
        return refusals.NOT_ALLOWED
    return refusals.too_long_for(most) if (until - now).total_seconds() > most else None


def _end(state: Absence, actor: Actor, world: World, now: datetime) -> Decision:
    if actor.id not in world.directory.accounts_of(state.owner):
        return refusals.NOT_YOURS
    if state.status == "over":
        return NoChange()
    return (AbsenceEnded(how="returned", by=actor.id, at=now),)


def _check(state: Absence, world: World, now: datetime) -> Decision:
    """What the people and rules of now mean for it. Nothing is concluded from a directory that isn't known yet."""
    people = world.directory.people
    if state.status == "over" or not people:
        return NoChange()
    if state.owner not in people:
        return (AbsenceEnded(how="left", by="daypass:clockwork", at=now),)
    if state.delegate is None:
        return NoChange()
    if state.delegate not in people:
        return (DelegationEnded(why="delegate-left", at=now),)
    allowed = delegable(world.bundle, world.directory, state.owner, state.delegate, state.seconds)
    return NoChange() if set(allowed) & set(state.groups) else (DelegationEnded(why="policy", at=now),)


def _time_passed(state: Absence, now: datetime) -> Decision:
    if state.status == "over" or now < state.until:
        return NoChange()
    return (AbsenceEnded(how="expired", by="daypass:clockwork", at=now),)
