"""The cosignatures that were given, beside their checkpoints. They can be added, never changed."""

from collections.abc import Collection

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.audit.lock import take_turn
from workflows.database import tables
from workflows.database.store import Store


class Cosignatures:
    """Kept in the database, so that every replica knows of them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, checkpoint: int, witness: str, line: str) -> None:
        """Keep a witness's signature line for the checkpoint of this number; a second one of it isn't kept."""
        table = tables.cosignatures
        async with self._store.write_transaction() as connection:
            await take_turn(connection)
            there = select(table.c.witness).where(
                table.c.checkpoint == checkpoint, table.c.witness == witness
            )
            if await connection.scalar(there) is None:
                row = {"checkpoint": checkpoint, "witness": witness, "line": line}
                await connection.execute(insert(table), [row])

    async def size_known_to(self, witness: str) -> int:
        """How many events the newest checkpoint signs that this witness cosigned; 0 if none."""
        given, signed = tables.cosignatures.c, tables.checkpoints.c
        query = (
            select(func.max(signed.size))
            .join_from(tables.checkpoints, tables.cosignatures, given.checkpoint == signed.id)
            .where(given.witness == witness)
        )
        async with self._store.asking() as connection:
            return await connection.scalar(query) or 0


async def lines_of(connection: AsyncConnection, checkpoints: Collection[int] | None = None) -> dict[int, str]:
    """The signature lines of each of these checkpoints, or of all, by its number, in the order of the witnesses' names."""
    given = tables.cosignatures.c
    query = select(given.checkpoint, given.line)
    if checkpoints is not None:
        query = query.where(given.checkpoint.in_(sorted(checkpoints)))
    found: dict[int, str] = {}
    for number, line in await connection.execute(query.order_by(given.checkpoint, given.witness)):
        found[number] = found.get(number, "") + line
    return found
