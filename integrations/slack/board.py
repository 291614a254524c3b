"""Messages that stand for something in the database: posted once, then kept up to date; and App Homes.

A row is written before Slack is asked to post, and the message carries its name as metadata. If the
process dies in between, the next attempt finds the message in the channel's history instead of posting
a second one. A message that somebody deleted is posted again. Of what Slack answers a digest is kept, by
which `drawn_at` and `drawn_home` know what Daypass has drawn from what anybody else has.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import insert, select, update

from integrations.slack.calls import Declined, call, channel_named
from integrations.slack.canonical import digest_of
from workflows import tables
from workflows.ports import Permanent
from workflows.store import Store

EVENT_TYPE = "daypass_card"
LOOK_BACK = 100
"""Messages of a channel's history searched for one that was posted just before a crash."""
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
HOME = "home"
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
    channel: str | None
    ts: str | None
    digest: str | None = None
    drawn: str | None = None


class Board:
    """Shows messages in their slots."""

    def __init__(self, client: AsyncWebClient, store: Store, now: Callable[[], datetime]) -> None:
        self._client = client
        self._store = store
        self._now = now
        self._channels: dict[str, str] = {}

    async def show(self, slot: Slot, message: Message, again: bool = False) -> None:
        """Bring the slot's message up to date; `again` even if it is believed to be. Raises Retryable or Permanent."""
        posted = await self._posted(slot)
        if posted and posted.ts and posted.digest == message.digest and not again:
            return
        if posted and await self._redrawn(slot, posted, message):
            return
        channel = await self.channel(slot.place)
        if posted is None:
            await self._begin(slot)
        found = await self._find(channel, slot) if posted and not posted.ts else None
        if found and await self._redrawn(slot, _Posted(channel, found), message):
            return
        ts, drawn = await self._post(channel, slot, message)
        await self._note(slot, channel, ts, message, _added(None, drawn))

    async def publish(self, person: str, view: View) -> None:
        """Show the person their App Home. Raises Retryable or Permanent."""
        sent = view.to_dict()
        answer = await call("views.publish", self._client.views_publish(user_id=person, view=sent))
        digest, known = digest_of(answer.get("view"), sent), await self.drawn_home(person)
        if known and digest not in known.digests:
            await self._note_home(home_of(person), digest)

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

    async def slots(self, subject: str) -> list[Slot]:
        """Where the subject already has messages."""
        table = tables.messages.c
        async with self._store.reading() as connection:
            found = await connection.execute(select(table.place, table.slot).where(table.subject == subject))
            return [Slot(subject, place, name) for place, name in found]

    async def channel(self, place: str) -> str:
        """The channel id of a place. Raises Permanent if there is no such channel."""
        if place not in self._channels:
            kind, _, name = place.partition(":")
            self._channels[place] = await (self._direct(name) if kind == "person" else self._named(name))
        return self._channels[place]

    async def _direct(self, person: str) -> str:
        answer = await call("conversations.open", self._client.conversations_open(users=person))
        return str(answer["channel"]["id"])

    async def _named(self, name: str) -> str:
        if not name.startswith("#"):
            return name
        found = await channel_named(self._client, name[1:], exclude_archived=True)
        if found is None:
            raise Permanent(
                f"Slack has no channel {name} that Daypass can see: create it and invite Daypass."
            )
        return str(found["id"])

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
        """False if there is no message, or none any more."""
        if not (posted.channel and posted.ts):
            return False
        drawn = await self._update(posted.channel, posted.ts, message)
        if drawn:
            await self._note(slot, posted.channel, posted.ts, message, _added(posted.drawn, drawn))
        return drawn is not None

    async def _update(self, channel: str, ts: str, message: Message) -> str | None:
        """The digest of what the message shows now; None if it is gone."""
        try:
            answer = await call(
                "chat.update",
                self._client.chat_update(
                    channel=channel, ts=ts, text=message.text, blocks=message.payload, attachments=[]
                ),
            )
        except Declined as refusal:
            if refusal.error in GONE:
                return None
            raise
        return digest_of(answer.get("message"), message.sent)

    async def _find(self, channel: str, slot: Slot) -> str | None:
        """The message that an attempt cut short may have posted."""
        page = await call(
            "conversations.history",
            self._client.conversations_history(channel=channel, limit=LOOK_BACK, include_all_metadata=True),
        )
        wanted = {"subject": slot.subject, "slot": slot.name}
        for message in page.get("messages", []):
            if message.get("metadata", {}).get("event_payload") == wanted:
                return str(message["ts"])
        return None

    async def _posted(self, slot: Slot) -> _Posted | None:
        table = tables.messages.c
        async with self._store.reading() as connection:
            row = (
                await connection.execute(
                    select(table.channel, table.ts, table.digest, table.drawn).where(*_is(slot))
                )
            ).one_or_none()
        return _Posted(*row) if row else None

    async def _begin(self, slot: Slot) -> None:
        async with self._store.writing() as connection:
            await connection.execute(
                insert(tables.messages),
                [{"subject": slot.subject, "place": slot.place, "slot": slot.name, "begun_at": self._now()}],
            )

    async def _drawn(self, *where: Any) -> Drawn | None:
        table = tables.messages.c
        async with self._store.asking() as connection:
            query = select(table.subject, table.drawn).where(*where)
            row = (await connection.execute(query)).first()
        return Drawn(row.subject, frozenset(json.loads(row.drawn or "[]"))) if row else None

    async def _note(self, slot: Slot, channel: str, ts: str, message: Message, drawn: str) -> None:
        async with self._store.writing() as connection:
            await connection.execute(
                update(tables.messages)
                .where(*_is(slot))
                .values(channel=channel, ts=ts, digest=message.digest, drawn=drawn)
            )

    async def _note_home(self, slot: Slot, digest: str) -> None:
        """Several may be published at once; each is kept."""
        table = tables.messages.c
        async with self._store.writing() as connection:
            query = select(table.drawn).where(*_is(slot)).with_for_update()
            before = (await connection.execute(query)).scalar_one_or_none()
            change = update(tables.messages).where(*_is(slot)).values(drawn=_added(before, digest))
            await connection.execute(change)


def home_of(person: str) -> Slot:
    """The person's App Home."""
    return Slot(HOME, f"person:{person}", HOME)


def _added(before: str | None, digest: str) -> str:
    """The last drawings as a JSON list, the newest first."""
    others = [one for one in json.loads(before or "[]") if one != digest]
    return json.dumps([digest, *others][:KEPT_DRAWINGS])


def _is(slot: Slot) -> tuple[Any, ...]:
    table = tables.messages.c
    return (table.subject == slot.subject, table.place == slot.place, table.slot == slot.name)
