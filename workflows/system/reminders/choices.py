"""What people have chosen of their reminders, read and kept."""

from collections.abc import Collection

from workflows.database.store import Store
from workflows.database.stored_choices import StoredChoices
from workflows.system.reminders.choice import NOTHING_CHOSEN, Choice


class Choices:
    """The choices of everybody."""

    def __init__(self, store: Store) -> None:
        self._stored = StoredChoices(store)

    async def of(self, person: str) -> Choice:
        """What this person chose, or what holds for who hasn't chosen."""
        return (await self.of_all([person]))[person]

    async def of_all(self, people: Collection[str]) -> dict[str, Choice]:
        """The same of each of these people."""
        found = await self._stored.of(people)
        chosen = {person: Choice.model_validate_json(document) for person, document in found.items()}
        return {**dict.fromkeys(people, NOTHING_CHOSEN), **chosen}

    async def keep(self, person: str, choice: Choice) -> bool:
        """Keep what the person chose, in place of what they chose before; False if nobody is known by that id."""
        return await self._stored.keep(person, choice.model_dump_json())
