"""What an access review removed, until the policy bundle says the same: nobody gets it meanwhile.

It is heeded by every decision (`World.in_force`), so it is a small subject of its own, beside the review with its
thousands of items. Why something was removed stands there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, assert_never

from workflows.policy.on_call.seen import unknown_groups
from workflows.policy.roles import themselves
from workflows.system.access_reviews import refusals
from workflows.workflow import Actor, Command, Decision, Effect, Event, NoChange, Part, State, World

KIND = "removals"
NAME = "access-removal"
IN_FORCE = frozenset({"in force"})
Lifted = Literal["reversed", "settled"]
"""`settled`: the bundle doesn't let them request it anymore."""


class Removal(Part):
    """One entitlement that was removed from one person, or machine, by a reviewer."""

    person: str
    entitlement: str
    by: str
    at: datetime
    revoked: bool = False
    """Whether nothing of it is left, each end confirmed."""
    lifted: Lifted | None = None
    """Why it can be requested again; None while it can't."""

    @property
    def what(self) -> tuple[str, str]:
        return self.person, self.entitlement

    @property
    def refuses(self) -> bool:
        return self.lifted is None

    @property
    def over(self) -> bool:
        """Whether nothing is left to be done about it."""
        return self.lifted == "reversed" or (self.lifted == "settled" and self.revoked)


class Removals(State):
    """All removals of one review. `status` is in force until nothing is left to be done about any."""

    status: Literal["in force", "over"]
    review: str
    title: str
    """What the review is called."""
    removals: tuple[Removal, ...]

    def removal(self, person: str, entitlement: str) -> Removal | None:
        """The removal, in force or not; None if there is none."""
        return next((one for one in self.removals if one.what == (person, entitlement)), None)


class AccessRemoved(Event):
    """The person can't get it, and what they have of it is being revoked."""

    action = "removed"
    id: str
    review: str
    title: str
    person: str
    entitlement: str
    by: str
    answered_at: datetime


class RemovalRevoked(Event):
    """Nothing of it is left, and each end is confirmed."""

    action = "revoked"
    person: str
    entitlement: str
    at: datetime


class RemovalLifted(Event):
    """It can be requested again, if the bundle lets them."""

    action = "lifted"
    person: str
    entitlement: str
    how: Lifted
    at: datetime


RemovalEvent = AccessRemoved | RemovalRevoked | RemovalLifted


@dataclass(frozen=True)
class ApplyRemovals(Command):
    """Bring in force all that the review has removed as of now, and lift what it has removed no longer."""

    alone = True
    review: str
    title: str
    removed: tuple[Removal, ...]


@dataclass(frozen=True)
class ReportRevoked(Command):
    """Nothing of these is left: person and entitlement of each."""

    revoked: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CheckRemovals(Command):
    """The bundle or the groups have changed: see which removals they have caught up with."""


RemovalCommand = ApplyRemovals | ReportRevoked | CheckRemovals


def removals_of(review: str) -> str:
    """The id of the removals of the review with this id."""
    return f"{KIND}_{review.partition('_')[2]}"


def removal_for(world: World, person: str, entitlement: str) -> tuple[Removals, Removal] | None:
    """The removal in force that is for this person's access to it, under any of their accounts; None if there is none."""
    accounts = themselves(person, world.directory)
    for one in world.in_force:
        if isinstance(one, Removals):
            for removal in one.removals:
                if removal.refuses and removal.entitlement == entitlement and removal.person in accounts:
                    return one, removal
    return None


def settled(state: Removals, world: World, now: datetime) -> Iterator[RemovalLifted]:
    """What the bundle doesn't let them request anymore. Of people who aren't here, nobody can tell."""
    for one in state.removals:
        entitlement = world.bundle.entitlements.get(one.entitlement)
        eligible = frozenset(entitlement.rule.eligible if entitlement else ())
        known = one.refuses and one.revoked and _is_here(one.person, world)
        known = known and not unknown_groups(world.directory, eligible)
        if known and not world.directory.groups_of(one.person) & eligible:
            yield RemovalLifted(person=one.person, entitlement=one.entitlement, how="settled", at=now)


def decide(
    state: Removals | None, command: RemovalCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means for the removals of one review."""
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_APPLY
    if isinstance(command, ApplyRemovals):
        return tuple(_apply(state, command, now)) or NoChange()
    if state is None:
        return refusals.UNKNOWN
    match command:
        case ReportRevoked(revoked=revoked):
            done = [one for one in state.removals if one.what in revoked and not one.revoked]
            return (
                tuple(RemovalRevoked(person=one.person, entitlement=one.entitlement, at=now) for one in done)
                or NoChange()
            )
        case CheckRemovals():
            return tuple(settled(state, world, now)) or NoChange()
        case _:
            assert_never(command)


def evolve(state: Removals | None, event: RemovalEvent) -> Removals:
    """The state after the event."""
    if isinstance(event, AccessRemoved):
        new = Removal(person=event.person, entitlement=event.entitlement, by=event.by, at=event.answered_at)
        before = [one for one in state.removals if one.what != new.what] if state else []
        return Removals(
            id=event.id,
            status="in force",
            review=event.review,
            title=event.title,
            removals=(*before, new),
        )
    assert state is not None
    match event:
        case RemovalRevoked():
            return _with(state, event, revoked=True)
        case RemovalLifted(how=how):
            return _with(state, event, lifted=how)
        case _:
            assert_never(event)


def effects(state: Removals, event: RemovalEvent) -> tuple[Effect, ...]:
    """What is removed is revoked at once."""
    if not isinstance(event, AccessRemoved):
        return ()
    lock = f"{state.id}/revoke"
    return (Effect("revoke-removed", lock=lock, dedup_key=lock, priority=0),)


def _apply(state: Removals | None, command: ApplyRemovals, now: datetime) -> Iterator[RemovalEvent]:
    had = {one.what: one for one in state.removals} if state else {}
    wanted = {one.what: one for one in command.removed}
    for what, one in wanted.items():
        before = had.get(what)
        if before is None or (before.lifted == "reversed" and before.at != one.at):
            yield AccessRemoved(
                id=command.subject,
                review=command.review,
                title=command.title,
                person=one.person,
                entitlement=one.entitlement,
                by=one.by,
                answered_at=one.at,
            )
    for what, one in had.items():
        if one.refuses and what not in wanted:
            yield RemovalLifted(person=one.person, entitlement=one.entitlement, how="reversed", at=now)


def _is_here(person: str, world: World) -> bool:
    """Whether it is sure in which groups they are now."""
    known = person in world.directory.people or person in world.directory.machines
    return known and world.doubt_about(person) is None


def _with(state: Removals, event: RemovalRevoked | RemovalLifted, **changes: Any) -> Removals:
    what = (event.person, event.entitlement)
    removals = tuple(one.model_copy(update=changes) if one.what == what else one for one in state.removals)
    status = "over" if all(one.over for one in removals) else "in force"
    return state.model_copy(update={"removals": removals, "status": status})
