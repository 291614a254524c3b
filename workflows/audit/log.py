"""Reading the log as it stands: its checkpoints, and proofs between them and the events. Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from workflows.audit.tlog.merkle import consistency, inclusion
from workflows.audit.tree_nodes import Place, proved
from workflows.audit.witness.cosignatures import lines_of
from workflows.database import tables
from workflows.database.store import Store


@dataclass(frozen=True)
class Signed:
    """A checkpoint that was made: its number, how many events it signs, the note as the log signed it, when.

    `cosignatures` are the lines of the witnesses that cosigned it.
    """

    number: int
    size: int
    own: str
    at: datetime
    cosignatures: str = ""

    @property
    def note(self) -> str:
        """The signed note with all its signature lines."""
        return self.own + self.cosignatures


class Log:
    """Questions to the log, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def checkpoints(self, before: int | None, limit: int) -> list[Signed]:
        """Newest first, older than the one numbered `before`."""
        table = tables.checkpoints.c
        query = select(table.id, table.size, table.note, table.at).order_by(table.id.desc()).limit(limit)
        async with self._store.read_transaction() as connection:
            found = list(await connection.execute(query.where(table.id < before) if before else query))
            lines = await lines_of(connection, [row.id for row in found])
            return [Signed(*row, lines.get(row.id, "")) for row in found]

    async def last(self) -> Signed | None:
        """The newest checkpoint."""
        found = await self.checkpoints(None, 1)
        return found[0] if found else None

    async def first_since(self, at: datetime) -> Signed | None:
        """The oldest checkpoint made at that moment or later."""
        table = tables.checkpoints.c
        query = select(table.id, table.size, table.note, table.at).where(table.at >= at).order_by(table.id)
        async with self._store.read_transaction() as connection:
            row = (await connection.execute(query.limit(1))).one_or_none()
            if row is None:
                return None
            return Signed(*row, (await lines_of(connection, [row.id])).get(row.id, ""))

    async def made_between(self, starts: datetime, ends: datetime) -> list[datetime]:
        """When each checkpoint was made from one moment to before the other, oldest first."""
        table = tables.checkpoints.c
        query = select(table.at).where(table.at >= starts, table.at < ends).order_by(table.id)
        async with self._store.asking() as connection:
            return list(await connection.scalars(query))

    async def made_before(self, at: datetime) -> datetime | None:
        """When the newest checkpoint before that moment was made."""
        table = tables.checkpoints.c
        query = select(table.at).where(table.at < at).order_by(table.id.desc()).limit(1)
        async with self._store.asking() as connection:
            return await connection.scalar(query)

    async def hash_of(self, index: int) -> bytes | None:
        """The leaf hash of the event at this place, if there is one."""
        leaves = tables.leaves.c
        async with self._store.asking() as connection:
            found = await connection.scalar(select(leaves.hash).where(leaves.index == index))
        return bytes(found) if found is not None else None

    async def inclusion(self, indexes: Collection[int], size: int) -> dict[int, tuple[bytes, ...]]:
        """For each of these places the proof that it is in the tree of `size` events. Raises Retryable."""
        known: dict[Place, bytes] = {}
        async with self._store.read_transaction() as connection:
            return await proved(
                connection, lambda node: {one: inclusion(node, one, size) for one in indexes}, known
            )

    async def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """The proof that the tree of `first` events grew into that of `second`. Raises Retryable."""
        async with self._store.read_transaction() as connection:
            return await proved(connection, lambda node: consistency(node, first, second), {})
