"""Who works here, as Slack last said, kept in the database: known at once after a start, and read once for all replicas.

It is a copy of what Slack has and is kept no longer than Slack has it: whoever isn't listed any more is deleted at the
next reading. It decides nothing by itself; what decides is the directory made of it, while it is fresh.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.database import tables
from workflows.database.store import Store
from workflows.database.stored_scim import StoredScim
from workflows.policy.provisioned import Provisioned
from workflows.ports import Person

Name = Literal["people", "groups"]
"""What is read from Slack, each by itself."""
CLAIM = timedelta(seconds=60)
"""For which a replica reads on behalf of all without saying that it still does."""
SKEW = timedelta(seconds=5)
"""By which replicas' clocks may differ: what one was told of a person may be newer than a reading that another began."""


@dataclass(frozen=True)
class PeopleReading:
    """How far a part of the directory is known. `revision` grows with each change of what is stored.

    `as_of` is when its reading began that was read to the end last; None if there was none yet.
    """

    revision: int = 0
    as_of: datetime | None = None


class StoredDirectory:
    """The people and user groups that are kept. `reader` is the name of this replica."""

    def __init__(self, store: Store, now: Callable[[], datetime], reader: str) -> None:
        self._store = store
        self._now = now
        self._reader = reader

    async def readings(self) -> Mapping[Name, PeopleReading]:
        """How far each part is known; one small query."""
        table = tables.readings.c
        async with self._store.asking() as connection:
            rows = await connection.execute(select(table.name, table.revision, table.as_of))
            found: dict[Name, PeopleReading] = {
                row.name: PeopleReading(row.revision, row.as_of) for row in rows
            }
        nothing: dict[Name, PeopleReading] = {"people": PeopleReading(), "groups": PeopleReading()}
        return nothing | found

    async def people(self) -> dict[str, Person]:
        """Everybody, by their Slack user id."""
        async with self._store.asking() as connection:
            return {id: person for id, (person, _) in (await _people(connection)).items()}

    async def groups(self) -> dict[str, frozenset[str]]:
        """The user groups' members, by the groups' ids and handles."""
        async with self._store.asking() as connection:
            return await _groups(connection)

    async def everything(self) -> tuple[dict[str, Person], dict[str, frozenset[str]], Provisioned]:
        """Everybody, the user groups, and what an identity provider has pushed."""
        return await self.people(), await self.groups(), await StoredScim(self._store).facts()

    async def claim(self, name: Name, seen: PeopleReading) -> bool:
        """Whether this replica is to read now: not if another does, or has done so since `seen`.

        A process that has the database for itself takes over what one before it had begun.
        """
        table, now = tables.readings.c, self._now()
        unread = table.as_of.is_(None) if seen.as_of is None else table.as_of == seen.as_of
        free = or_(table.claimed_until.is_(None), table.claimed_until < now, table.claimed_by == self._reader)
        may = unread if self._store.single_process else and_(unread, free)
        async with self._store.write_transaction() as connection:
            await _begin(connection, name)
            change = update(tables.readings).where(table.name == name, may).values(self._claimed())
            return bool((await connection.execute(change)).rowcount)

    async def still_reading(self, name: Name) -> None:
        """Keep the claim while a reading goes on."""
        table = tables.readings.c
        mine = (table.name == name, table.claimed_by == self._reader)
        async with self._store.write_transaction() as connection:
            await connection.execute(update(tables.readings).where(*mine).values(self._claimed()))

    async def release(self, name: Name) -> None:
        """Let another replica read."""
        table = tables.readings.c
        mine = (table.name == name, table.claimed_by == self._reader)
        async with self._store.write_transaction() as connection:
            await connection.execute(update(tables.readings).where(*mine).values(claimed_until=None))

    async def keep_people(self, listed: Mapping[str, Person], as_of: datetime) -> None:
        """Everybody whom Slack listed in a reading that began at `as_of`.

        Whom it was asked about one by one meanwhile stay as they are: a page may be older than that.
        """
        async with self._store.asking() as connection:
            stored = await _people(connection)
        wanted = {id: kept(one) for id, one in listed.items()}
        changed = {id for id, one in wanted.items() if id not in stored or stored[id][0] != one}
        gone = stored.keys() - wanted.keys()
        async with self._store.write_transaction() as connection:
            await _lock(connection, "people")
            newer = await _confirmed_since(connection, as_of - SKEW)
            changed, gone = changed - newer, gone - newer
            await _put(connection, [wanted[id] for id in sorted(changed)], stored.keys(), None)
            await _delete(connection, gone)
            await self._read(connection, "people", as_of, bool(changed or gone))

    async def keep_person(self, person: Person) -> None:
        """What Slack has just said of this one."""
        async with self._store.write_transaction() as connection:
            await _lock(connection, "people")
            table = tables.people.c
            found = await connection.execute(select(table.id).where(table.id == person.id))
            await _put(connection, [kept(person)], set(found.scalars()), self._now())
            await _revise(connection, "people")

    async def keep_groups(self, groups: Mapping[str, Collection[str]], as_of: datetime) -> None:
        """All user groups, as Slack listed them in a reading that began at `as_of`."""
        wanted = {name: frozenset(members) for name, members in groups.items()}
        async with self._store.write_transaction() as connection:
            await _lock(connection, "groups")
            changed = await _groups(connection) != wanted
            if changed:
                await connection.execute(delete(tables.user_groups))
                if wanted:
                    rows = [{"name": one, "members": json.dumps(sorted(of))} for one, of in wanted.items()]
                    await connection.execute(insert(tables.user_groups), rows)
            await self._read(connection, "groups", as_of, changed)

    async def without_members(self, group: str, gone: Collection[str]) -> None:
        """Take people out of one user group, named by its id, and by its handle as far as that has the same members."""
        async with self._store.write_transaction() as connection:
            await _lock(connection, "groups")
            stored = await _groups(connection)
            left = stored.get(group, frozenset()) - set(gone)
            names = [name for name, members in stored.items() if members == stored.get(group)]
            change = update(tables.user_groups).where(tables.user_groups.c.name.in_(names))
            await connection.execute(change.values(members=json.dumps(sorted(left))))
            await _revise(connection, "groups")

    def _claimed(self) -> dict[str, Any]:
        return {"claimed_by": self._reader, "claimed_until": self._now() + CLAIM}

    async def _read(self, connection: AsyncConnection, name: Name, as_of: datetime, changed: bool) -> None:
        values = {"as_of": as_of, "claimed_until": None}
        table = tables.readings
        await connection.execute(update(table).where(table.c.name == name).values(values))
        if changed:
            await _revise(connection, name)


_CHANGING = ("name", "email", "standing", "zone", "confirmed_at")


def kept(person: Person) -> Person:
    """As much of somebody as is needed: of who doesn't belong here no name, only what tells their accounts apart."""
    return replace(person, name="", zone=None) if person.standing == "outside" else person


async def _people(connection: AsyncConnection) -> dict[str, tuple[Person, datetime | None]]:
    """Each with when Slack was asked about them alone, if that is how they came to be so."""
    table = tables.people.c
    rows = await connection.execute(
        select(table.id, table.name, table.email, table.standing, table.zone, table.confirmed_at)
    )
    return {
        row.id: (Person(row.id, row.name, row.email, row.standing, row.zone), row.confirmed_at)
        for row in rows
    }


async def _confirmed_since(connection: AsyncConnection, since: datetime) -> set[str]:
    table = tables.people.c
    return set((await connection.execute(select(table.id).where(table.confirmed_at > since))).scalars())


async def _groups(connection: AsyncConnection) -> dict[str, frozenset[str]]:
    table = tables.user_groups.c
    rows = await connection.execute(select(table.name, table.members))
    return {row.name: frozenset(json.loads(row.members)) for row in rows}


async def _put(
    connection: AsyncConnection,
    people: Iterable[Person],
    stored: Collection[str],
    confirmed_at: datetime | None,
) -> None:
    rows = [
        {
            "key": one.id,
            "name": one.name,
            "email": one.email,
            "standing": one.standing,
            "zone": one.zone,
            "confirmed_at": confirmed_at,
        }
        for one in people
    ]
    old = [row for row in rows if row["key"] in stored]
    new = [{"id": row["key"], **row} for row in rows if row["key"] not in stored]
    table = tables.people
    values: dict[str, Any] = {name: bindparam(name) for name in _CHANGING}
    if old:
        await connection.execute(update(table).where(table.c.id == bindparam("key")).values(values), old)
    if new:
        await connection.execute(insert(table), [{k: v for k, v in row.items() if k != "key"} for row in new])


async def _delete(connection: AsyncConnection, gone: Collection[str]) -> None:
    if gone:
        table = tables.people
        where = table.c.id == bindparam("key")
        await connection.execute(delete(table).where(where), [{"key": one} for one in sorted(gone)])


async def _begin(connection: AsyncConnection, name: Name) -> None:
    """A row to lock and to claim, if there was none."""
    by_dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    await connection.execute(by_dialect.insert(tables.readings).values(name=name).on_conflict_do_nothing())


async def _lock(connection: AsyncConnection, name: Name) -> None:
    """Writers of one part take turns, so that none overwrites what it hasn't seen."""
    await _begin(connection, name)
    table = tables.readings.c
    await connection.execute(select(table.revision).where(table.name == name).with_for_update())


async def _revise(connection: AsyncConnection, name: Name) -> None:
    table = tables.readings
    change = update(table).where(table.c.name == name).values(revision=table.c.revision + 1)
    await connection.execute(change)
