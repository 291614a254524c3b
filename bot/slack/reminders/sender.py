"""Sends reminders: what waits by then, to one person, in one direct message, posted once however often it is tried."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.slack.message_store import MessageStore
from bot.slack.presenter import CARD, Presenter
from bot.slack.reminders import texts
from bot.slack.reminders.messages import MAX_LINES, lines_of, reminder
from bot.slack.renderer import MAX_DRAW_SECONDS, TELLING
from bot.slack.retry import result_of
from integrations.slack.permalinks import Permalinks
from workflows.database.stored_messages import Slot, StoredMessage
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Later, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ports import Permanent, Retryable
from workflows.queries.waiting import KINDS, Decided, waiting_for
from workflows.system.reminders.choice import quiet_until, zone_named
from workflows.system.reminders.choices import Choices
from workflows.system.reminders.decide import REMIND
from workflows.system.reminders.state import Reminders
from workflows.workflow import World, kind_of

log = logging.getLogger(__name__)


@dataclass
class ReminderSender:
    """Its parts, and the performer. `pace` is a factor on every pause between attempts."""

    board: MessageStore
    reads: Repository
    choices: Choices
    world: Callable[[], World]
    presenters: Iterable[Presenter]
    permalinks: Permalinks
    now: Callable[[], datetime]
    pace: float = 1.0

    @property
    def performers(self) -> Mapping[str, Performer]:
        """Of the effect `remind`."""
        return {
            REMIND: Performer(performed_on(Reminders, self.reads, self._perform), TELLING, MAX_DRAW_SECONDS)
        }

    async def _perform(self, effect: ClaimedEffect, reminders: Reminders) -> Result:
        """Send it, unless the person chose otherwise meanwhile, or nothing of it waits for them any more."""
        person, now = reminders.owner, self.now()
        choice = await self.choices.of(person)
        if choice.reminders == "off":
            return Done()
        zone = zone_named(self.world().directory.zone_of(person))
        if (until := quiet_until(choice, zone, now)) > now:
            return Later(texts.HELD_BACK, pause=(until - now).total_seconds())
        try:
            await self._send(effect, person)
        except (Retryable, Permanent) as error:
            return result_of(effect, error, now, self.pace)
        return Done()

    async def _send(self, effect: ClaimedEffect, person: str) -> None:
        states = await self._waiting(effect.payload["of"], person)
        if not states:
            return
        topics = {one.kind: one.topic for one in self.presenters}
        lines = lines_of(states, {one.id: topics[kind_of(one.id)](one) for one in states})
        links = {one.subject: await self._link(one.subject, person) for one in lines[:MAX_LINES]}
        there = {subject: link for subject, link in links.items() if link}
        slot = Slot(effect.subject, f"person:{person}", f"reminder/{effect.version}")
        await self.board.show(slot, reminder(lines, there))

    async def _waiting(self, subjects: Iterable[str], person: str) -> list[Decided]:
        """Those of the subjects that wait for the person now."""
        found, directory = await self.reads.find_all(KINDS, [*subjects]), self.world().directory
        every = (one for one in found.values() if isinstance(one, Decided))
        return [one for one in every if person in waiting_for(one, directory)]

    async def _link(self, subject: str, person: str) -> str | None:
        """Where its card is: the person's own, or else one in a channel."""
        card = await self._card(subject, f"person:{person}")
        if card is None or card.channel is None or card.ts is None:
            return None
        try:
            return await self.permalinks.link(card.channel, card.ts)
        except (Retryable, Permanent) as error:
            log.warning("a reminder of %s goes without a link: %s", subject, error)
            return None

    async def _card(self, subject: str, place: str) -> StoredMessage | None:
        slots = [slot for slot in await self.board.slots(subject) if slot.name == CARD]
        mine = [slot for slot in slots if slot.place == place]
        public = [slot for slot in slots if slot.place.startswith("channel:")]
        return await self.board.kept.find((mine + public)[0]) if mine or public else None
