"""Messages that stand for something in the database: posted once, then kept up to date; and App Homes.

A row is written before Slack is asked to post, and the message carries its name as metadata. If the
process dies in between, or the answer is lost, the next attempt looks for the message in the channel's history
before it posts again. A message that somebody deleted is posted again. One that Slack lets nobody change any more is
deleted and posted anew; where it can't be deleted either, the new one says so, and the old one stays known.
A reply stands under a message, in its thread; it is posted once, and if somebody deletes it, it stays deleted.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from slack_sdk.models.blocks import ContextBlock, MarkdownTextObject
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.message import Message, digest_of
from integrations.slack import content_digest
from integrations.slack.calls import call
from integrations.slack.channel_lookup import ChannelLookup
from integrations.slack.channel_status import Places
from integrations.slack.errors import ChannelRefused, Declined, NotSent
from integrations.slack.posting import MESSAGE_GONE, Posted, Poster, Thread
from workflows.database.stored_messages import Slot, StoredMessage, StoredMessages, added, home_of
from workflows.ports import Permanent, Retryable

log = logging.getLogger(__name__)

LEFT_BEHIND = (
    "Use this card. An earlier one above is out of date, and Slack doesn't let Daypass change or delete it."
)
MOST_BLOCKS = 50
"""https://docs.slack.dev/reference/block-kit/blocks"""


class NoCard(Retryable):
    """There is no card to reply to."""


@dataclass(frozen=True)
class ReplyTo:
    """Where a reply stands: in the thread of this card, in this channel."""

    card: Slot
    channel: str
    thread: Thread


class MessageStore:
    """Shows messages in their slots."""

    def __init__(self, client: AsyncWebClient, kept: StoredMessages, places: Places | None = None) -> None:
        self.kept = kept
        self.places = places or Places(client, ChannelLookup(client))
        self._client = client
        self._poster = Poster(client)
        self._unsent: set[Slot] = set()
        """Begun here, and surely not posted."""
        self._pinned: set[str] = set()
        """Messages that this process has pinned, or found pinned, by their `ts`."""

    async def show(self, slot: Slot, message: Message, again: bool = False) -> None:
        """Bring the slot's message up to date; `again` even if it is believed to be. Raises Retryable or Permanent."""
        await self._show(slot, message, again)
        if message.is_pinned:
            await self._pin(slot)

    async def _pin(self, slot: Slot) -> None:
        """Pin the slot's message to its channel, once. What Slack refuses holds nothing up; the next drawing tries again."""
        posted = await self.kept.find(slot)
        if posted is None or posted.channel is None or posted.ts is None or posted.ts in self._pinned:
            return
        try:
            await call("pins.add", self._client.pins_add(channel=posted.channel, timestamp=posted.ts))
        except Declined as refusal:
            if refusal.error != "already_pinned":
                log.warning("%s of %s isn't pinned: %s", slot.name, slot.subject, refusal)
        except (Retryable, Permanent) as error:
            log.warning("%s of %s isn't pinned yet: %s", slot.name, slot.subject, error)
            return
        self._pinned.add(posted.ts)

    async def _show(self, slot: Slot, message: Message, again: bool) -> None:
        with self.places.using(slot.place):
            posted = await self.kept.find(slot)
            if posted and posted.ts:
                shown = _with_word_of_the_old(message, posted)
                if posted.digest == shown.digest and not again:
                    return
                if await self._redrawn(slot, posted, shown):
                    return
            await self._show_anew(slot, message)

    async def reply(self, slot: Slot, card: Slot, message: Message, broadcast: bool) -> None:
        """Say it, once, in the thread of the card; with `broadcast` the channel shows it as well.

        Raises Retryable or Permanent; NoCard if the card isn't posted, or has been deleted.
        """
        with self.places.using(slot.place):
            posted = await self.kept.find(slot)
            if posted and posted.ts:
                return
            above = await self.kept.find(card)
            if above is None or above.ts is None or above.channel is None:
                raise NoCard("The card isn't posted yet, so nothing can be said under it.")
            await self._show_anew(slot, message, ReplyTo(card, above.channel, Thread(above.ts, broadcast)))

    async def redraw(self, slot: Slot, message: Message) -> None:
        """Bring a posted message up to date; one that somebody deleted stays deleted. Raises Retryable or Permanent."""
        with self.places.using(slot.place):
            posted = await self.kept.find(slot)
            if posted and posted.ts and posted.digest != message.digest:
                await self._redrawn(slot, posted, message)

    async def publish(self, person: str, view: View, again: bool = True) -> None:
        """Show the person their App Home; without `again` not if it is believed to be shown. Raises Retryable or Permanent."""
        sent, slot = view.to_dict(), home_of(person)
        digest = digest_of(sent)
        posted = await self.kept.find(slot)
        if posted and posted.digest == digest and not again:
            return
        answer = await call("views.publish", self._client.views_publish(user_id=person, view=sent))
        if posted:
            await self.kept.note_home(slot, digest, content_digest.digest_of(answer.get("view"), sent))

    async def remember(self, slot: Slot) -> None:
        """Note that the slot is in use, without a message in it."""
        if await self.kept.find(slot) is None:
            await self.kept.start(slot)

    async def slots(
        self, subject: str, posted_only: Callable[[Slot], bool] = lambda slot: False
    ) -> list[Slot]:
        """Where the subject already has messages, or may have; some only if their message is known to be posted."""
        found = await self.kept.slots(subject)
        return [slot for slot, is_posted in found if is_posted or not posted_only(slot)]

    async def _show_anew(self, slot: Slot, message: Message, reply_to: ReplyTo | None = None) -> None:
        """No message is known: look for one whose answer was lost, and post it if there is none."""
        channel = reply_to.channel if reply_to else await self.places.channel(slot.place)
        thread = reply_to.thread if reply_to else None
        begun = await self.kept.find(slot)
        if begun is None:
            await self.kept.start(slot)
        else:
            message = _with_word_of_the_old(message, begun)
            if slot not in self._unsent and await self._found(channel, slot, begun, message, thread):
                return
        self._unsent.discard(slot)
        try:
            posted = await self._poster.post(channel, _name(slot), message.sent, thread)
        except NotSent:
            self._unsent.add(slot)
            raise
        if reply_to and posted.thread_ts != reply_to.thread.ts:
            await self._take_back(slot, posted, reply_to)
        await self._note(slot, channel, posted.ts, message, added(None, posted.drawn))

    async def _take_back(self, slot: Slot, posted: Posted, reply_to: ReplyTo) -> None:
        """The card was deleted, so Slack has posted the reply in the channel. Raises NoCard once it is deleted there.

        Where it can't be deleted, it stays: whoever cares for it is told, if not in the thread.
        """
        await self.kept.forget(reply_to.card, reply_to.thread.ts)
        if not await self._poster.delete(reply_to.channel, posted.ts):
            log.warning("%s of %s is in no thread: its card was deleted", slot.name, slot.subject)
            return
        self._unsent.add(slot)
        raise NoCard("The card was deleted. Daypass posts it again, and then says this under it.")

    async def _found(
        self, channel: str, slot: Slot, begun: StoredMessage, message: Message, thread: Thread | None
    ) -> bool:
        """Whether the message is there after all, and shows it now; else it is begun anew."""
        try:
            ts = await self._poster.find(channel, _name(slot), begun.begun_at, begun.left, thread)
        except Declined:  # the thread is gone
            ts = None
        if ts and await self._redrawn(slot, replace(begun, channel=channel, ts=ts), message):
            return True
        await self.kept.start_again(slot)
        return False

    async def _redrawn(self, slot: Slot, posted: StoredMessage, message: Message) -> bool:
        """Whether the message shows it now. False if there is none any more, or none that can be changed."""
        assert posted.channel
        assert posted.ts
        try:
            drawn = await self._poster.update(posted.channel, posted.ts, message.sent)
        except Declined as refusal:
            if refusal.error != MESSAGE_GONE and not await self._poster.delete(posted.channel, posted.ts):
                await self.kept.supersede(slot, posted)
            else:
                await self.kept.start_again(slot)
            return False
        except ChannelRefused:
            if not await self.places.moved(slot.place, posted.channel):
                raise
            await self.kept.start_again(slot)
            return False
        await self._note(slot, posted.channel, posted.ts, message, added(posted.drawn, drawn))
        return True

    async def _note(self, slot: Slot, channel: str, ts: str, message: Message, drawn: str) -> None:
        await self.kept.note(slot, channel, ts, message.digest, drawn)
        self.places.worked(slot.place)


def _name(slot: Slot) -> dict[str, str]:
    return {"subject": slot.subject, "slot": slot.name}


def _with_word_of_the_old(message: Message, posted: StoredMessage) -> Message:
    """As it is, or with a line that says which of two cards is the true one."""
    if not posted.left or len(message.blocks) >= MOST_BLOCKS:
        return message
    word = ContextBlock(elements=[MarkdownTextObject(text=LEFT_BEHIND)])
    return replace(message, blocks=(word, *message.blocks))
