"""Reads the log's events for whoever stands outside: what is private is left as its hash."""

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.audit.forwarding.sink import Placed
from workflows.audit.tlog.leaf import Leaf, read_leaf
from workflows.database import tables
from workflows.database.store import Store

MAX_BATCH_BYTES = 1_000_000
"""Bytes of the events of one batch, unless a single one is larger."""


class LogReader:
    """Questions to the log by place, each in a transaction of its own; what they cost doesn't grow with the log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def size(self) -> int:
        """How many events have a place."""
        async with self._store.asking() as connection:
            last = await connection.scalar(select(func.max(tables.leaves.c.index)))
        return 0 if last is None else last + 1

    async def events(self, first: int, limit: int) -> list[Placed]:
        """Events from the place `first` on, in order."""
        leaves, events = tables.leaves.c, tables.events.c
        query = (
            select(leaves.index.label("place"), leaves.hash, events.leaf)
            .join_from(tables.leaves, tables.events, leaves.event == events.id)
            .where(leaves.index >= first)
            .order_by(leaves.index)
            .limit(limit)
        )
        async with self._store.read_transaction() as connection:
            rows: list[tuple[int, bytes, bytes]] = []
            size = 0
            for row in await connection.execute(query):
                size += len(row.leaf)
                if rows and size > MAX_BATCH_BYTES:
                    break
                rows.append((row.place, bytes(row.hash), bytes(row.leaf)))
            read = [(*row, read_leaf(row[2])) for row in rows]
            began = await _began(connection, {leaf.subject for *_, leaf in read})
        return [_shown(*one, began) for one in read]


async def _began(connection: AsyncConnection, subjects: Iterable[str]) -> dict[str, Leaf]:
    events = tables.events.c
    query = select(events.subject, events.leaf).where(
        events.subject.in_(sorted(subjects)), events.version == 1, events.position == 0
    )
    return {row.subject: read_leaf(bytes(row.leaf)) for row in await connection.execute(query)}


def _shown(index: int, hashed: bytes, data: bytes, leaf: Leaf, began: Mapping[str, Leaf]) -> Placed:
    first = began.get(leaf.subject)
    if "scope" in leaf.facts or (first is not None and first.facts.get("private")):
        return Placed(index, hashed, leaf.time.replace(minute=0, second=0, microsecond=0), None, None, None)
    return Placed(index, hashed, leaf.time, leaf, data, first)
