"""The rules of reminders, as pure functions: nobody is reminded twice of the same, whichever replica comes first."""

from collections.abc import Mapping
from datetime import datetime

from workflows.system.reminders.commands import Remind
from workflows.system.reminders.due import NOBODY_TOLD, untold
from workflows.system.reminders.events import ReminderSent
from workflows.system.reminders.state import Reminders, reminders_of
from workflows.workflow import TELLING, Actor, Decision, Effect, NoChange, Refused, World

REMIND = "remind"
"""Sends the message to the person."""
NOT_DAYPASS = Refused("not-daypass", "Only Daypass sends reminders.")


def decide(state: Reminders | None, command: Remind, actor: Actor, world: World, now: datetime) -> Decision:
    """What they haven't been reminded of yet; nothing, if another replica has sent it, or this digest."""
    if not actor.is_daypass:
        return NOT_DAYPASS
    new = untold(command.of, state.told if state else NOBODY_TOLD)
    sent = state.digest_at if state else None
    if not new or (command.digest and sent and sent >= command.digest):
        return NoChange()
    return (ReminderSent(person=command.person, of=new, at=now, over=command.over, digest=command.digest),)


def evolve(state: Reminders | None, event: ReminderSent) -> Reminders:
    """The state after the event."""
    before: Mapping[str, int] = state.told if state else NOBODY_TOLD
    left = {subject: number for subject, number in before.items() if subject not in event.over}
    return Reminders(
        id=reminders_of(event.person),
        status="reminded",
        owner=event.person,
        told={**left, **{one.subject: one.number for one in event.of}},
        digest_at=event.digest or (state.digest_at if state else None),
    )


def effects(state: Reminders, event: ReminderSent) -> tuple[Effect, ...]:
    """The message, one after the other for each person."""
    payload = {"of": [one.subject for one in event.of]}
    return (Effect(REMIND, lock=f"{state.id}/slack", payload=payload, priority=TELLING),)
