"""How far each sink is in the log, and which process sends to it now."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workflows.database.sink_tables import sink_cursors
from workflows.database.store import Store


class Cursors:
    """Kept in the database, so that whoever takes over goes on where the other stopped."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def next_place(self, name: str) -> int:
        """The place of the first event that the sink isn't known to have."""
        table = sink_cursors.c
        async with self._store.asking() as connection:
            return await connection.scalar(select(table.next).where(table.name == name)) or 0

    async def claim(self, name: str, by: str, now: datetime, until: datetime) -> int | None:
        """Take over sending until then; the place to go on from, or None while another process has it."""
        table = sink_cursors.c
        row = {"name": name, "next": 0}
        async with self._store.write_transaction() as connection:
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            await connection.execute(dialect.insert(sink_cursors).values(row).on_conflict_do_nothing())
            free = or_(table.claimed_by.is_(None), table.claimed_by == by, table.claimed_until <= now)
            taken = (
                update(sink_cursors)
                .where(table.name == name, free)
                .values(claimed_by=by, claimed_until=until)
                .returning(table.next)
            )
            place: int | None = await connection.scalar(taken)
            return place

    async def advance(self, name: str, by: str, place: int, until: datetime | None) -> bool:
        """Go on from this place, and keep the claim until then or give it up; False if another process has it by now."""
        table = sink_cursors.c
        values = {"next": place, "claimed_by": by if until else None, "claimed_until": until}
        async with self._store.write_transaction() as connection:
            done = await connection.execute(
                update(sink_cursors).where(table.name == name, table.claimed_by == by).values(values)
            )
            return done.rowcount == 1
