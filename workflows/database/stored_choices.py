"""What people have chosen of their reminders: kept with what is known of them, and no longer than that is."""

from collections.abc import Collection

from sqlalchemy import select, update

from workflows.database import tables
from workflows.database.store import Store
from workflows.system.reminders.choice import NOTHING_CHOSEN, Choice

PEOPLE_PER_QUERY = 500


class StoredChoices:
    """The choices that are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, person: str) -> Choice:
        """What this person chose, or what holds for who hasn't chosen."""
        return (await self.of_all([person]))[person]

    async def of_all(self, people: Collection[str]) -> dict[str, Choice]:
        """The same of each of these people."""
        table, wanted = tables.people.c, sorted(people)
        found = dict.fromkeys(wanted, NOTHING_CHOSEN)
        async with self._store.read_transaction() as connection:
            for start in range(0, len(wanted), PEOPLE_PER_QUERY):
                some = table.id.in_(wanted[start : start + PEOPLE_PER_QUERY])
                query = select(table.id, table.reminders).where(some, table.reminders.is_not(None))
                for row in await connection.execute(query):
                    found[row.id] = Choice.model_validate_json(row.reminders)
        return found

    async def keep(self, person: str, choice: Choice) -> bool:
        """Keep what the person chose, in place of what they chose before; False if nobody is known by that id."""
        change = update(tables.people).where(tables.people.c.id == person)
        async with self._store.write_transaction() as connection:
            kept = await connection.execute(change.values(reminders=choice.model_dump_json()))
            return bool(kept.rowcount)
