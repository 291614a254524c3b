"""Messages that stand for something in the database: posted once, then kept up to date; and App Homes.

A row is written before Slack is asked to post, and the message carries its name as metadata. If the
process dies in between, or the answer is lost, the next attempt looks for the message in the channel's history
before it posts again. A message that somebody deleted is posted again. One that Slack lets nobody change any more is
deleted and posted anew; where it can't be deleted either, the new one says so, and the old one stays known.
Of what Slack answers a digest is kept, by which `drawn_at` and `drawn_home` know what Daypass has drawn from what
anybody else has.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import insert, or_, select, update

from integrations.slack.calls import Listing, call, pages
from integrations.slack.channel_lookup import ChannelLookup
from integrations.slack.channel_status import Places
from integrations.slack.content_digest import digest_of
from integrations.slack.errors import ChannelRefused, Declined, NotSent, SlackRefused
from workflows.database import tables
from workflows.database.store import Store

EVENT_TYPE = "daypass_card"
LOOK_BACK_PAGE = 100
LOOK_BACK_PAGES = 10
"""Of a channel's history since a message was begun, at most, in search of it."""
SKEW = timedelta(minutes=10)
"""By which this machine's clock may be ahead of Slack's."""
MESSAGE_GONE = "message_not_found"
HOME = "home"
SUPERSEDED = "superseded/"
"""What the slot of a message begins with that can't be changed any more, and has been posted anew."""
LEFT_BEHIND = "Use this card. An earlier one of this here is out of date, and Slack doesn't let Daypass change or delete it."
MOST_BLOCKS = 50
"""https://docs.slack.dev/reference/block-kit/blocks"""
KEPT_DRAWINGS = 4
"""Digests kept of each message: who clicks may still have looked at the one before."""


@dataclass(frozen=True)
class Message:
    """`text` is what notifications and screen readers say; it is Slack markup, so escape what people typed."""

    text: str
    blocks: tuple[Block, ...]

    @property
    def payload(self) -> list[dict[str, Any]]:
        return [block.to_dict() for block in self.blocks]

    @property
    def sent(self) -> dict[str, Any]:
        return {"text": self.text, "blocks": self.payload}

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.text, self.payload], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Slot:
    """Where a message belongs: what it is about, `person:<id>` or `channel:<id or #name>`, and which one."""

    subject: str
    place: str
    name: str


@dataclass(frozen=True)
class Drawn:
    """A message or an App Home that is Daypass's own: what it is about, and the digests of its last drawings."""

    subject: str
    digests: frozenset[str]


@dataclass(frozen=True)
class _Posted:
    """A slot's row; `left` are the messages that were in it before and couldn't be deleted, by their `ts`."""

    begun_at: datetime
    channel: str | None
    ts: str | None
    digest: str | None = None
    drawn: str | None = None
    left: frozenset[str] = frozenset()

    def with_word_of_the_old(self, message: Message) -> Message:
        """As it is, or with a line that says which of two cards is the true one."""
        if not self.left or len(message.blocks) >= MOST_BLOCKS:
            return message
        word = ContextBlock(elements=[MarkdownTextObject(text=LEFT_BEHIND)])
        return replace(message, blocks=(word, *message.blocks))


class MessageStore:
    """Shows messages in their slots."""

    def __init__(
        self,
        client: AsyncWebClient,
        store: Store,
        now: Callable[[], datetime],
        places: Places | None = None,
    ) -> None:
        self._client = client
        self._store = store
        self._now = now
        self._unsent: set[Slot] = set()
        """Begun here, and surely not posted."""
        self.places = places or Places(client, ChannelLookup(client))

    async def show(self, slot: Slot, message: Message, again: bool = False) -> None:
        """Bring the slot's message up to date; `again` even if it is believed to be. Raises Retryable or Permanent."""
        with self.places.using(slot.place):
            posted = await self._posted(slot)
            if posted and posted.ts:
                shown = posted.with_word_of_the_old(message)
                if posted.digest == shown.digest and not again:
                    return
                if await self._redrawn(slot, posted, shown):
                    return
            await self._show_anew(slot, message)

    async def _show_anew(self, slot: Slot, message: Message) -> None:
        """No message is known: look for one whose answer was lost, and post it if there is none."""
        channel = await self.places.channel(slot.place)
        begun = await self._posted(slot)
        if begun is None:
            await self._begin(slot)
        else:
            message = begun.with_word_of_the_old(message)
            if slot not in self._unsent and await self._found(channel, slot, begun, message):
                return
        self._unsent.discard(slot)
        try:
            ts, drawn = await self._post(channel, slot, message)
        except NotSent:
            self._unsent.add(slot)
            raise
        await self._note(slot, channel, ts, message, _added(None, drawn))

    async def _found(self, channel: str, slot: Slot, begun: _Posted, message: Message) -> bool:
        """Whether the message is there after all, and shows it now; else it is begun anew."""
        ts = await self._find(channel, slot, begun)
        if ts and await self._redrawn(slot, replace(begun, channel=channel, ts=ts), message):
            return True
        await self._begin_again(slot)
        return False

    async def publish(self, person: str, view: View, again: bool = True) -> None:
        """Show the person their App Home; without `again` not if it is believed to be shown. Raises Retryable or Permanent."""
        sent, slot = view.to_dict(), home_of(person)
        digest = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()
        posted = await self._posted(slot)
        if posted and posted.digest == digest and not again:
            return
        answer = await call("views.publish", self._client.views_publish(user_id=person, view=sent))
        if posted:
            await self._note_home(slot, digest, digest_of(answer.get("view"), sent))

    async def drawn_at(self, channel: str, ts: str) -> Drawn | None:
        """What Daypass has drawn there; None if the message is not its own."""
        table = tables.messages.c
        return await self._drawn(table.channel == channel, table.ts == ts)

    async def drawn_home(self, person: str) -> Drawn | None:
        """The person's App Home as Daypass has drawn it."""
        return await self._drawn(*_is(home_of(person)))

    async def remember(self, slot: Slot) -> None:
        """Note that the slot is in use, without a message in it."""
        if await self._posted(slot) is None:
            await self._begin(slot)

    async def slots(
        self, subject: str, posted_only: Callable[[Slot], bool] = lambda slot: False
    ) -> list[Slot]:
        """Where the subject already has messages, or may have; some only if their message is known to be posted."""
        table = tables.messages.c
        query = select(table.place, table.slot, table.ts).where(
            table.subject == subject, ~table.slot.startswith(SUPERSEDED)
        )
        async with self._store.read_transaction() as connection:
            found = [(Slot(subject, row.place, row.slot), row.ts) for row in await connection.execute(query)]
        return [slot for slot, ts in found if ts or not posted_only(slot)]

    async def _post(self, channel: str, slot: Slot, message: Message) -> tuple[str, str]:
        """The new message's `ts`, and the digest of what it shows."""
        answer = await call(
            "chat.postMessage",
            self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.payload,
                metadata={
                    "event_type": EVENT_TYPE,
                    "event_payload": {"subject": slot.subject, "slot": slot.name},
                },
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        return str(answer["ts"]), digest_of(answer.get("message"), message.sent)

    async def _redrawn(self, slot: Slot, posted: _Posted, message: Message) -> bool:
        """Whether the message shows it now. False if there is none any more, or none that can be changed."""
        assert posted.channel
        assert posted.ts
        try:
            drawn = await self._update(posted.channel, posted.ts, message)
        except Declined as refusal:
            if refusal.error != MESSAGE_GONE and not await self._deleted(posted.channel, posted.ts):
                await self._supersede(slot, posted)
            else:
                await self._begin_again(slot)
            return False
        except ChannelRefused:
            if not await self.places.moved(slot.place, posted.channel):
                raise
            await self._begin_again(slot)
            return False
        await self._note(slot, posted.channel, posted.ts, message, _added(posted.drawn, drawn))
        return True

    async def _update(self, channel: str, ts: str, message: Message) -> str:
        """The digest of what the message shows now. Raises Declined if it is gone, or can't be changed any more."""
        updating = self._client.chat_update(
            channel=channel, ts=ts, text=message.text, blocks=message.payload, attachments=[]
        )
        answer = await call("chat.update", updating)
        return digest_of(answer.get("message"), message.sent)

    async def _deleted(self, channel: str, ts: str) -> bool:
        """Whether the message is gone now, and its buttons with it. Raises Retryable if that may work a little later."""
        try:
            await call("chat.delete", self._client.chat_delete(channel=channel, ts=ts))
        except SlackRefused as refusal:
            return refusal.error == MESSAGE_GONE
        return True

    async def _find(self, channel: str, slot: Slot, begun: _Posted) -> str | None:
        """The message that an attempt may have posted whose answer was lost."""
        oldest = f"{(begun.begun_at - SKEW).timestamp():.6f}"
        wanted = {"subject": slot.subject, "slot": slot.name}

        def ask(cursor: str | None) -> Any:
            return self._client.conversations_history(
                channel=channel, limit=LOOK_BACK_PAGE, include_all_metadata=True, oldest=oldest, cursor=cursor
            )

        looked = 0
        async for page in pages(Listing("conversations.history", ask), patience=0):
            for message in page.get("messages", []):
                told = (message.get("metadata") or {}).get("event_payload")
                if told == wanted and str(message["ts"]) not in begun.left:
                    return str(message["ts"])
            looked += 1
            if looked == LOOK_BACK_PAGES:
                break
        return None

    async def _posted(self, slot: Slot) -> _Posted | None:
        table = tables.messages.c
        query = select(table.slot, table.begun_at, table.channel, table.ts, table.digest, table.drawn).where(
            table.subject == slot.subject,
            table.place == slot.place,
            or_(table.slot == slot.name, table.slot.startswith(SUPERSEDED)),
        )
        async with self._store.read_transaction() as connection:
            rows = (await connection.execute(query)).all()
        left = frozenset(str(row.ts) for row in rows if row.slot == _superseded(slot.name, row.ts))
        return next((_Posted(*row[1:], left=left) for row in rows if row.slot == slot.name), None)

    async def _begin(self, slot: Slot) -> None:
        async with self._store.write_transaction() as connection:
            await connection.execute(insert(tables.messages), [self._begun(slot)])

    async def _begin_again(self, slot: Slot) -> None:
        """There is no message in the slot, as of now."""
        nothing = {"channel": None, "ts": None, "digest": None, "drawn": None, "begun_at": self._now()}
        async with self._store.write_transaction() as connection:
            await connection.execute(update(tables.messages).where(*_is(slot)).values(nothing))

    async def _supersede(self, slot: Slot, posted: _Posted) -> None:
        """Keep what can't be changed any more under another name, so that a click on it is known, and begin anew."""
        old = {"slot": _superseded(slot.name, posted.ts), "channel": posted.channel, "ts": posted.ts}
        async with self._store.write_transaction() as connection:
            await connection.execute(update(tables.messages).where(*_is(slot)).values(old))
            await connection.execute(insert(tables.messages), [self._begun(slot)])

    def _begun(self, slot: Slot) -> dict[str, Any]:
        return {"subject": slot.subject, "place": slot.place, "slot": slot.name, "begun_at": self._now()}

    async def _drawn(self, *where: Any) -> Drawn | None:
        table = tables.messages.c
        async with self._store.asking() as connection:
            query = select(table.subject, table.drawn).where(*where)
            row = (await connection.execute(query)).first()
        return Drawn(row.subject, frozenset(json.loads(row.drawn or "[]"))) if row else None

    async def _note(self, slot: Slot, channel: str, ts: str, message: Message, drawn: str) -> None:
        async with self._store.write_transaction() as connection:
            await connection.execute(
                update(tables.messages)
                .where(*_is(slot))
                .values(channel=channel, ts=ts, digest=message.digest, drawn=drawn)
            )
        self.places.worked(slot.place)

    async def _note_home(self, slot: Slot, digest: str, drawn: str) -> None:
        """Several may be published at once; each is kept."""
        table = tables.messages.c
        async with self._store.write_transaction() as connection:
            query = select(table.drawn).where(*_is(slot)).with_for_update()
            before = (await connection.execute(query)).scalar_one_or_none()
            values = {"digest": digest, "drawn": _added(before, drawn)}
            await connection.execute(update(tables.messages).where(*_is(slot)).values(values))


def home_of(person: str) -> Slot:
    """The person's App Home."""
    return Slot(HOME, f"person:{person}", HOME)


def _superseded(name: str, ts: str | None) -> str:
    """The slot of a message that was in the slot of this name; it fits the column, whatever the name."""
    return f"{SUPERSEDED}{name[:40]}/{ts}"


def _added(before: str | None, digest: str) -> str:
    """The last drawings as a JSON list, the newest first."""
    others = [one for one in json.loads(before or "[]") if one != digest]
    return json.dumps([digest, *others][:KEPT_DRAWINGS])


def _is(slot: Slot) -> tuple[Any, ...]:
    table = tables.messages.c
    return (table.subject == slot.subject, table.place == slot.place, table.slot == slot.name)
