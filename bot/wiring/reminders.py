"""Who is to be reminded now: looked at again and again, and recorded for those of whom something has fallen due."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from workflows.ledger.clockwork import PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.queries.waiting import ByPerson, all_that_waits, by_person, waiting_for
from workflows.system.reminders.choice import Choice, zone_named
from workflows.system.reminders.choices import Choices
from workflows.system.reminders.commands import Remind
from workflows.system.reminders.due import DueMessage, Waiting, message_due
from workflows.system.reminders.state import KIND, Reminders, reminders_of
from workflows.workflow import CLOCKWORK, State, World

EVERY_SECONDS = 60.0
SETTLING_SECONDS = 5.0
"""After the start, until people and what waits are known."""


@dataclass
class Reminding:
    """Its parts, and the job."""

    ledger: Ledger
    reads: Repository
    choices: Choices
    world: Callable[[], World]
    now: Callable[[], datetime]
    _seen: dict[str, tuple[State, ByPerson]] = field(default_factory=dict)
    """Whom each thing waited for when it was last looked at, by its id."""
    _among: Directory | None = None
    """The people whom it was looked at with."""

    def jobs(self) -> tuple[PeriodicJob, ...]:
        return (PeriodicJob("send reminders", self.run, EVERY_SECONDS, first_after=SETTLING_SECONDS),)

    async def run(self) -> datetime | None:
        """Record a message for everyone to whom one is due. It reads what waits, and nothing of what is over."""
        states, directory = await all_that_waits(self.reads), self.world().directory
        if not states:
            return None
        waiting = await asyncio.to_thread(self._waiting, states, directory)
        choices = await self.choices.of_all(waiting)
        now = self.now()
        maybe = [one for one in sorted(waiting) if self._due(one, choices[one], None, waiting[one], now)]
        known = await self._known(maybe)
        for person in maybe:
            before = known.get(person)
            if due := self._due(person, choices[person], before, waiting[person], now):
                await self.ledger.handle(
                    _command(person, due, before, waiting[person]), CLOCKWORK, "clockwork"
                )
        return None

    def _waiting(self, states: Iterable[State], directory: Directory) -> dict[str, list[Waiting]]:
        """By person; worked out anew only of what has changed, or when people have."""
        seen = self._seen if self._among is directory else {}
        found: dict[str, tuple[State, ByPerson]] = {}
        for one in states:
            before = seen.get(one.id)
            found[one.id] = before if before and before[0] == one else (one, waiting_for(one, directory))
        self._seen, self._among = found, directory
        return by_person(each for _, each in found.values())

    def _due(
        self,
        person: str,
        choice: Choice,
        before: Reminders | None,
        waiting: Sequence[Waiting],
        now: datetime,
    ) -> DueMessage | None:
        """Without what was sent before it is at most more than is due: whoever has nothing then has nothing to be read."""
        zone = zone_named(self.world().directory.zone_of(person))
        return message_due(choice, zone, before, waiting, now)

    async def _known(self, people: Iterable[str]) -> Mapping[str, Reminders]:
        """The reminders of these people, of those who have had one."""
        found = await self.reads.find_all({KIND: Reminders}, [reminders_of(one) for one in people])
        return {one.owner: one for one in found.values() if isinstance(one, Reminders)}


def _command(person: str, due: DueMessage, before: Reminders | None, waiting: Iterable[Waiting]) -> Remind:
    left = {one.subject for one in waiting}
    over = tuple(sorted(one for one in (before.told if before else ()) if one not in left))
    return Remind(reminders_of(person), person, due.of, over, due.digest)
