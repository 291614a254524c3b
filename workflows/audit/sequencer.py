"""Puts recorded events into the tree and has its head signed.

Batched and under a lock, so that no writer queues for the head of the log. An event gets its index here
and not when it is written, because transactions commit in an order of their own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.audit.growth import Growth
from workflows.audit.lock import take_turn
from workflows.audit.signer import Signer
from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.tlog.merkle import leaf_hash, root
from workflows.audit.tlog.note import VerifierKey, assemble, plain_signature, timed_message, timed_signature
from workflows.audit.tlog.typed_text import Text
from workflows.audit.witness.cosignatures import lines_of
from workflows.database import tables
from workflows.database.store import Store

EVENTS_PER_RUN = 5_000
"""Events sequenced in one transaction."""
OVERTAKEN = 10_000
"""Events of which none is overtaken by as many, in any reasonable run of things."""
SILENCE = timedelta(hours=1)
"""A checkpoint is made at least this often: that nothing happened is a statement too."""


@dataclass(frozen=True)
class Head:
    """A checkpoint: the tree's size, the signed note, when."""

    size: int
    note: str
    at: datetime


@dataclass(frozen=True)
class _Last:
    id: int
    head: Head


async def sequence(store: Store, overtaken: int | None = None) -> int:
    """Give every recorded event its place in the tree; how many were placed.

    One that was `overtaken` by more events than that is left to a run without the limit: its transaction
    would have had to stay open that long.
    """
    leaves, events = tables.leaves.c, tables.events.c
    async with store.write_transaction() as connection:
        await take_turn(connection)
        next_index = (await _last_index(connection)) + 1
        floor = 0 if overtaken is None else await _last_placed(connection, next_index) - overtaken
        found = await connection.execute(
            select(events.id, events.leaf)
            .outerjoin(tables.leaves, leaves.event == events.id)
            .where(events.seq > floor, leaves.event.is_(None))
            .order_by(events.seq)
            .limit(EVENTS_PER_RUN)
        )
        placed = [
            {"index": index, "event": row.id, "hash": leaf_hash(row.leaf)}
            for index, row in enumerate(found, start=next_index)
        ]
        if placed:
            await connection.execute(insert(tables.leaves), placed)
    return len(placed)


async def checkpoint(
    store: Store, signer: Signer, origin: str, now: datetime, growth: Growth | None = None
) -> Head | None:
    """Sign the tree's head if it has grown or an hour has passed; the new checkpoint, if one was made.

    `growth` is what this process knows of the tree; without it everything in the database is looked at. Raises
    Forked if the database has another log than was signed before, and Retryable if Vault can't sign now; the next
    run makes up for it.
    """
    growth = growth or Growth()
    last = await _last_checkpoint(store)
    tree = await growth.grow(store)
    if last and tree.size == last.head.size and abs(now - last.head.at) < SILENCE:
        return None
    at = max(now, last.head.at) if last else now
    note = await _sign(Checkpoint(origin, tree.size, root(tree)), signer, origin, at)
    growth.signed(tree.size, root(tree))
    head = Head(tree.size, note, at)
    async with store.write_transaction() as connection:
        await take_turn(connection)
        newest = await connection.scalar(select(func.max(tables.checkpoints.c.id)))
        if newest != (last.id if last else None):
            return None
        await connection.execute(
            insert(tables.checkpoints),
            [{"size": head.size, "note": head.note, "at": at}],
        )
    return head


async def last_head(store: Store) -> Head | None:
    """The newest checkpoint."""
    last = await _last_checkpoint(store)
    return last.head if last else None


async def to_export(store: Store) -> tuple[list[bytes], list[Text], list[str]]:
    """What an export holds: the leaves that the newest checkpoint signs, their texts, all checkpoints."""
    leaves, events, texts = tables.leaves.c, tables.events.c, tables.texts.c
    checkpoints = tables.checkpoints.c
    async with store.read_transaction() as connection:
        cosigned = await lines_of(connection)
        made = await connection.execute(select(checkpoints.id, checkpoints.note).order_by(checkpoints.id))
        notes = [note + cosigned.get(number, "") for number, note in made]
        size = await connection.scalar(select(checkpoints.size).order_by(checkpoints.id.desc()).limit(1))
        signed = leaves.index < (size or 0)
        placed = await connection.scalars(
            select(events.leaf)
            .join(tables.leaves, leaves.event == events.id)
            .where(signed)
            .order_by(leaves.index)
        )
        said = await connection.execute(
            select(texts.event, texts.field, texts.salt, texts.text)
            .join(tables.leaves, leaves.event == texts.event)
            .where(signed)
            .order_by(leaves.index, texts.field)
        )
        return list(placed), [Text(*row) for row in said], notes


async def _sign(checkpoint: Checkpoint, signer: Signer, origin: str, now: datetime) -> str:
    """The signed note, with a second signature line that says when (c2sp.org/tlog-cosignature)."""
    second = int(now.timestamp())
    version, signature = await signer.sign(checkpoint.body)
    _, stamp = await signer.sign(timed_message(checkpoint.body, second))
    key = VerifierKey(origin, (await signer.public_keys())[version])
    return assemble(checkpoint.body, plain_signature(key, signature), timed_signature(key, second, stamp))


async def _last_index(connection: AsyncConnection) -> int:
    leaves = tables.leaves.c
    last = await connection.scalar(select(leaves.index).order_by(leaves.index.desc()).limit(1))
    return -1 if last is None else last


async def _last_placed(connection: AsyncConnection, next_index: int) -> int:
    """The number, in the order of writing, of the event with the last place."""
    leaves, events = tables.leaves.c, tables.events.c
    last = select(events.seq).join(tables.leaves, leaves.event == events.id)
    return await connection.scalar(last.where(leaves.index == next_index - 1)) or 0


async def _last_checkpoint(store: Store) -> _Last | None:
    table = tables.checkpoints
    async with store.asking() as connection:
        row = (await connection.execute(select(table).order_by(table.c.id.desc()).limit(1))).one_or_none()
    if row is None:
        return None
    return _Last(row.id, Head(row.size, row.note, row.at))
