"""What people have chosen of their reminders, as documents: kept with what is known of them, and no longer than that is."""

from collections.abc import Collection

from sqlalchemy import select, update

from workflows.database import tables
from workflows.database.portions import portions
from workflows.database.store import Store


class StoredChoices:
    """The choices that are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, people: Collection[str]) -> dict[str, str]:
        """What each of these people chose, of those who did."""
        table = tables.people.c
        found: dict[str, str] = {}
        async with self._store.read_transaction() as connection:
            for some in portions(sorted(people)):
                query = select(table.id, table.reminders).where(
                    table.id.in_(some), table.reminders.is_not(None)
                )
                found |= {row.id: row.reminders for row in await connection.execute(query)}
        return found

    async def keep(self, person: str, document: str) -> bool:
        """Keep what the person chose, in place of what they chose before; False if nobody is known by that id."""
        change = update(tables.people).where(tables.people.c.id == person).values(reminders=document)
        async with self._store.write_transaction() as connection:
            return bool((await connection.execute(change)).rowcount)
