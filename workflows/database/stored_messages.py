"""Which messages stand in Slack for what is in the database: one row for each, written before Slack is asked to post.

Of what Slack answers a digest is kept, by which `drawn_at` and `drawn_home` know what Daypass has drawn from what
anybody else has.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select, update

from workflows.database import tables
from workflows.database.store import Store

HOME = "home"
SUPERSEDED = "superseded/"
"""What the slot of a message begins with that can't be changed any more, and has been posted anew."""
KEPT_DRAWINGS = 4
"""Digests kept of each message: who clicks may still have looked at the one before."""

_NOTHING = dict.fromkeys(("channel", "ts", "digest", "drawn"))


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
class StoredMessage:
    """What is known of a slot's message: where it is (nowhere yet, without a `ts`), and the digest of what was sent.

    `drawn` is a JSON list of digests; `left` are the messages that were in the slot before and couldn't be deleted,
    by their `ts`.
    """

    begun_at: datetime
    channel: str | None
    ts: str | None
    digest: str | None = None
    drawn: str | None = None
    left: frozenset[str] = frozenset()


class StoredMessages:
    """The messages that are kept."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def find(self, slot: Slot) -> StoredMessage | None:
        """What is known of the slot's message; None if none was ever begun."""
        table = tables.messages.c
        query = select(table.slot, table.begun_at, table.channel, table.ts, table.digest, table.drawn).where(
            table.subject == slot.subject,
            table.place == slot.place,
            or_(table.slot == slot.name, table.slot.startswith(SUPERSEDED)),
        )
        async with self._store.asking() as connection:
            rows = (await connection.execute(query)).all()
        left = frozenset(str(row.ts) for row in rows if row.slot == _superseded(slot.name, row.ts))
        return next((StoredMessage(*row[1:], left=left) for row in rows if row.slot == slot.name), None)

    async def slots(self, subject: str) -> Sequence[tuple[Slot, bool]]:
        """Where the subject has messages, or may have; each with whether it is known to be posted."""
        table = tables.messages.c
        query = select(table.place, table.slot, table.ts).where(
            table.subject == subject, ~table.slot.startswith(SUPERSEDED)
        )
        async with self._store.asking() as connection:
            rows = await connection.execute(query)
            return [(Slot(subject, row.place, row.slot), bool(row.ts)) for row in rows]

    async def drawn_at(self, channel: str, ts: str) -> Drawn | None:
        """What Daypass has drawn there; None if the message is not its own."""
        table = tables.messages.c
        return await self._drawn(table.channel == channel, table.ts == ts)

    async def drawn_home(self, person: str) -> Drawn | None:
        """The person's App Home as Daypass has drawn it."""
        return await self._drawn(*_is(home_of(person)))

    async def start(self, slot: Slot) -> None:
        """Note that the slot is in use, without a message in it."""
        async with self._store.write_transaction() as connection:
            await connection.execute(insert(tables.messages), [self._begun(slot)])

    async def start_again(self, slot: Slot) -> None:
        """Note that there is no message in the slot, as of now."""
        async with self._store.write_transaction() as connection:
            await connection.execute(
                update(tables.messages).where(*_is(slot)).values(_NOTHING | {"begun_at": self._now()})
            )

    async def forget(self, slot: Slot, ts: str) -> None:
        """Note that this message is no longer in the slot; nothing, if another one is."""
        where = (*_is(slot), tables.messages.c.ts == ts)
        async with self._store.write_transaction() as connection:
            await connection.execute(
                update(tables.messages).where(*where).values(_NOTHING | {"begun_at": self._now()})
            )

    async def supersede(self, slot: Slot, posted: StoredMessage) -> None:
        """Keep what can't be changed any more under another name, so that a click on it is known, and begin anew."""
        old = {"slot": _superseded(slot.name, posted.ts), "channel": posted.channel, "ts": posted.ts}
        async with self._store.write_transaction() as connection:
            await connection.execute(update(tables.messages).where(*_is(slot)).values(old))
            await connection.execute(insert(tables.messages), [self._begun(slot)])

    async def note(self, slot: Slot, channel: str, ts: str, digest: str, drawn: str) -> None:
        """Note where the slot's message is, what was sent, and its last drawings as a JSON list."""
        values = {"channel": channel, "ts": ts, "digest": digest, "drawn": drawn}
        async with self._store.write_transaction() as connection:
            await connection.execute(update(tables.messages).where(*_is(slot)).values(values))

    async def note_home(self, slot: Slot, digest: str, drawn: str) -> None:
        """Note what was published. Several may be published at once; each is kept."""
        table = tables.messages.c
        async with self._store.write_transaction() as connection:
            query = select(table.drawn).where(*_is(slot)).with_for_update()
            before = (await connection.execute(query)).scalar_one_or_none()
            values = {"digest": digest, "drawn": added(before, drawn)}
            await connection.execute(update(tables.messages).where(*_is(slot)).values(values))

    async def home_filter(self, person: str) -> str | None:
        """The filter that the person's App Home is drawn with, as it was kept; None if none was."""
        query = select(tables.messages.c.home_filter).where(*_is(home_of(person)))
        async with self._store.asking() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def keep_home_filter(self, person: str, kept: str, instead_of: str | None = None) -> None:
        """Keep the filter of the person's App Home, once it was opened; with `instead_of` in that one's place alone."""
        where = list(_is(home_of(person)))
        if instead_of is not None:
            where.append(tables.messages.c.home_filter == instead_of)
        async with self._store.write_transaction() as connection:
            await connection.execute(update(tables.messages).where(*where).values(home_filter=kept))

    def _begun(self, slot: Slot) -> dict[str, Any]:
        return {"subject": slot.subject, "place": slot.place, "slot": slot.name, "begun_at": self._now()}

    async def _drawn(self, *where: Any) -> Drawn | None:
        table = tables.messages.c
        async with self._store.asking() as connection:
            query = select(table.subject, table.drawn).where(*where)
            row = (await connection.execute(query)).first()
        return Drawn(row.subject, frozenset(json.loads(row.drawn or "[]"))) if row else None


def home_of(person: str) -> Slot:
    """The person's App Home."""
    return Slot(HOME, f"person:{person}", HOME)


def added(before: str | None, digest: str) -> str:
    """The last drawings as a JSON list, the newest first."""
    others = [one for one in json.loads(before or "[]") if one != digest]
    return json.dumps([digest, *others][:KEPT_DRAWINGS])


def _superseded(name: str, ts: str | None) -> str:
    """The slot of a message that was in the slot of this name; it fits the column, whatever the name."""
    return f"{SUPERSEDED}{name[:40]}/{ts}"


def _is(slot: Slot) -> tuple[Any, ...]:
    table = tables.messages.c
    return (table.subject == slot.subject, table.place == slot.place, table.slot == slot.name)
