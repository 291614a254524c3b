"""What is said of events: replies in the threads of cards, and short messages in a channel of the subject's own.

A reply is written from its event as the log has it, so it says the same however late it is posted. One that the channel
shows as well says what is wrong and offers what repairs it, and is struck out when that is over.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.models.blocks import ButtonElement

from bot.slack import texts
from bot.slack.blocks import buttons, message, section, typed
from bot.slack.message import MAX_QUOTED_CHARS, Message
from bot.slack.message_store import MessageStore, NoCard
from bot.slack.mrkdwn import plain
from bot.slack.presenter import Presenter
from integrations.slack.channel_status import CHANNEL
from workflows.database.stored_messages import Slot
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.repository import Repository
from workflows.narrative import LoggedEvent, Reply, tell
from workflows.ports import Directory, Permanent
from workflows.workflow import World

THREAD = "thread/"
"""What the slot of a reply begins with; then come the event's name and its place in the subject's story."""
LINE = "line/"
"""The same of a message of its own in the subject's channel."""
CARD_WITHIN = timedelta(days=1)
"""A card that isn't posted by then has had no readers to tell."""


class Threads:
    """Says what is to be said once, and keeps true those that the channel shows. `now` is for how long a card was waited for."""

    def __init__(
        self,
        board: MessageStore,
        reads: Repository,
        world: Callable[[], World],
        now: Callable[[], datetime],
    ) -> None:
        self._board = board
        self._reads = reads
        self._world = world
        self._now = now

    async def replies(
        self, effect: ClaimedEffect, presenter: Presenter, state: Any
    ) -> Sequence[tuple[Slot, Slot, Message, bool]]:
        """What is to be said of the effect's event: in which slot, under which card, and whether in the channel too."""
        world = self._world()
        told = await self._event(effect.subject, (effect.version, effect.position))
        name = _name(told)
        reply = presenter.replies[name]
        shown = await presenter.gather(self._reads, state)
        said = write(told, reply, presenter, state, world.directory, named=shown is not state)
        cards = presenter.cards(shown, world, await self._board.slots(shown.id))
        slot = f"{THREAD}{name}/{effect.version}.{effect.position}"
        slot = slot if shown.id == effect.subject else f"{slot}/{effect.subject}"
        return [
            (Slot(card.subject, card.place, slot), card, said, reply.broadcast)
            for card in cards
            if card.place.startswith(CHANNEL) and card.name == presenter.thread
        ]

    async def line(
        self, effect: ClaimedEffect, presenter: Presenter, state: Any
    ) -> tuple[Slot, Message] | None:
        """The short message in the subject's own channel that tells of the effect's event; None if a thread tells it.

        Raises Retryable while there is no such channel, and Permanent if there was none for a day.
        """
        told = await self._event(effect.subject, (effect.version, effect.position))
        lines, name = presenter.lines, _name(told)
        if lines is None or name not in lines.told:
            return None
        channel = lines.channel(state)
        if channel is None:
            raise self._waited_for(effect, NoCard(texts.NO_CHANNEL))
        slot = f"{LINE}{name}/{effect.version}.{effect.position}"
        said = lines.write(state, told, self._world().directory)
        return Slot(effect.subject, f"{CHANNEL}{channel}", slot), said

    async def say(
        self, effect: ClaimedEffect, slot: Slot, card: Slot, said: Message, broadcast: bool
    ) -> None:
        """Say it once. Raises Retryable or Permanent."""
        try:
            await self._board.reply(slot, card, said, broadcast)
        except NoCard as error:
            raise self._waited_for(effect, error) from None

    def _waited_for(self, effect: ClaimedEffect, error: NoCard) -> NoCard | Permanent:
        """The error, or that it has lasted too long."""
        waited = effect.since and self._now() > effect.since + CARD_WITHIN
        return Permanent(str(error)) if waited else error

    async def keep_true(
        self, slots: Collection[Slot], presenter: Presenter, state: Any
    ) -> Sequence[tuple[Slot, Message]]:
        """The replies among the slots that the channel shows, as they should look now."""
        found = []
        for slot in slots:
            _, name, place = f"{slot.name}//".split("/", 2)
            reply = presenter.replies.get(name) if is_reply(slot) else None
            if reply and reply.broadcast:
                version, _, position = place.strip("/").partition(".")
                told = await self._event(slot.subject, (int(version), int(position)))
                found.append((slot, write(told, reply, presenter, state, self._world().directory)))
        return found

    async def _event(self, subject: str, place: tuple[int, int]) -> LoggedEvent:
        version, position = place
        return (await self._reads.story(subject, after=(version, position - 1), limit=1))[0]


def is_reply(slot: Slot) -> bool:
    """Whether a reply stands there."""
    return slot.name.startswith(THREAD)


def write(
    told: LoggedEvent,
    reply: Reply,
    presenter: Presenter,
    state: Any,
    directory: Directory,
    named: bool = False,
) -> Message:
    """The reply that tells of the event; it names what it is about where the card above shows more than that."""
    passage = tell(told, {_name(told): reply.write}, directory)
    line, topic = plain(passage.sentence), presenter.topic(state)
    said = [typed(one.label, one.text, MAX_QUOTED_CHARS) for one in passage.said]
    if not reply.broadcast:
        return message(f"{topic}: {line}", section(f"{topic}: {line}" if named else line), *said)
    remedy = presenter.remedy(state, _name(told))
    if remedy is None:
        what = f"{topic}: {line}"
        return message(texts.OVER.format(what=what), section(texts.OVER_MARKED.format(what=what)))
    text = f":warning: *{topic}:* {line}"
    return message(f"{topic}: {line}", section(text), *said, *_below(remedy))


def _below(remedy: Sequence[ButtonElement]) -> list[Any]:
    return [buttons(*remedy)] if remedy else []


def _name(told: LoggedEvent) -> str:
    return told.action.partition(".")[2]
