"""Messages that stand for something in the database: posted once, then kept up to date; and App Homes.

A row is written before Slack is asked to post, and the message carries its name as metadata. If the
process dies in between, or the answer is lost, the next attempt looks for the message in the channel's history
before it posts again. A message that somebody deleted is posted again. One that Slack lets nobody change any more is
deleted and posted anew; where it can't be deleted either, the new one says so, and the old one stays known.
"""

from collections.abc import Callable
from dataclasses import replace

from slack_sdk.models.blocks import ContextBlock, MarkdownTextObject
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.message import Message, digest_of
from integrations.slack import content_digest
from integrations.slack.calls import call
from integrations.slack.channel_lookup import ChannelLookup
from integrations.slack.channel_status import Places
from integrations.slack.errors import ChannelRefused, Declined, NotSent
from integrations.slack.posting import MESSAGE_GONE, Poster
from workflows.database.stored_messages import Slot, StoredMessage, StoredMessages, added, home_of

LEFT_BEHIND = (
    "Use this card. An earlier one above is out of date, and Slack doesn't let Daypass change or delete it."
)
MOST_BLOCKS = 50
"""https://docs.slack.dev/reference/block-kit/blocks"""


class MessageStore:
    """Shows messages in their slots."""

    def __init__(self, client: AsyncWebClient, kept: StoredMessages, places: Places | None = None) -> None:
        self.kept = kept
        self.places = places or Places(client, ChannelLookup(client))
        self._client = client
        self._poster = Poster(client)
        self._unsent: set[Slot] = set()
        """Begun here, and surely not posted."""

    async def show(self, slot: Slot, message: Message, again: bool = False) -> None:
        """Bring the slot's message up to date; `again` even if it is believed to be. Raises Retryable or Permanent."""
        with self.places.using(slot.place):
            posted = await self.kept.find(slot)
            if posted and posted.ts:
                shown = _with_word_of_the_old(message, posted)
                if posted.digest == shown.digest and not again:
                    return
                if await self._redrawn(slot, posted, shown):
                    return
            await self._show_anew(slot, message)

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

    async def _show_anew(self, slot: Slot, message: Message) -> None:
        """No message is known: look for one whose answer was lost, and post it if there is none."""
        channel = await self.places.channel(slot.place)
        begun = await self.kept.find(slot)
        if begun is None:
            await self.kept.start(slot)
        else:
            message = _with_word_of_the_old(message, begun)
            if slot not in self._unsent and await self._found(channel, slot, begun, message):
                return
        self._unsent.discard(slot)
        try:
            ts, drawn = await self._poster.post(channel, _name(slot), message.sent)
        except NotSent:
            self._unsent.add(slot)
            raise
        await self._note(slot, channel, ts, message, added(None, drawn))

    async def _found(self, channel: str, slot: Slot, begun: StoredMessage, message: Message) -> bool:
        """Whether the message is there after all, and shows it now; else it is begun anew."""
        ts = await self._poster.find(channel, _name(slot), begun.begun_at, begun.left)
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
