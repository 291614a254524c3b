"""What an identity provider has pushed: its users and groups, and who has left by its word, kept in the database.

It is a copy of what the provider has. Nothing of it is in the log; what a decision rested on is recorded with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Executable, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.database import tables
from workflows.database.portions import portions
from workflows.database.scim_tables import leavers, scim_members, scim_resources
from workflows.database.store import Store
from workflows.database.stored_leavers import note_standing
from workflows.database.stored_scim_members import members_of, put_members, which_are_in
from workflows.policy.provisioned import Leaver, LeaverStatus, Provisioned, User, provisioned

Kind = Literal["User", "Group"]
REVISION = "scim"
"""The row of `readings` that counts changes, so that every replica sees them."""
HEARD = "scim"
"""The row of `heartbeats` that says when the provider last called."""


class Taken(Exception):
    """Another resource of the kind has the name."""


class Missing(Exception):
    """There is no such resource."""


class Changed(Exception):
    """The resource isn't in the expected version any more."""


@dataclass(frozen=True)
class Entry:
    """A user or group to keep. `document` is all of it but a group's `members`; the rest is what it is found by."""

    kind: Kind
    key: str
    document: str
    external: str | None = None
    active: bool = False
    address: str | None = None
    manager: str | None = None
    members: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StoredResource:
    """A user or group as it is kept."""

    id: str
    entry: Entry
    version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Wanted:
    """Which resources to find: those that have all of these values, by column; `member` is in the group."""

    values: Mapping[str, str]
    member: str | None = None


class StoredScim:
    """The tables, and the rules by which somebody becomes a leaver."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, kind: Kind, id: str) -> StoredResource:
        """The resource. Raises Missing."""
        async with self._store.read_transaction() as connection:
            return await _get(connection, kind, id)

    async def find(
        self, kind: Kind, wanted: Wanted, start: int, count: int | None
    ) -> tuple[int, list[StoredResource]]:
        """How many there are, and `count` of them from the place `start`, counted from 0, in the order of their ids."""
        where = _where(kind, wanted)
        query = select(scim_resources).where(*where).order_by(scim_resources.c.id).offset(start)
        async with self._store.read_transaction() as connection:
            total = (
                await connection.scalar(select(func.count()).select_from(scim_resources).where(*where)) or 0
            )
            rows = list(await connection.execute(query.limit(count) if count is not None else query))
            members = await members_of(connection, [row.id for row in rows] if kind == "Group" else [])
            return total, [_resource(row, members.get(row.id, frozenset())) for row in rows]

    async def create(self, id: str, entry: Entry, now: datetime) -> StoredResource:
        """Keep a new resource under this id. Raises Taken."""
        async with self._store.write_transaction() as connection:
            await _free(connection, entry, None)
            row = {"id": id, **_columns(entry), "version": 1, "created_at": now, "changed_at": now}
            await _unique(connection, insert(scim_resources).values(row))
            await put_members(connection, id, frozenset(), entry.members)
            await _note(connection, id, None, entry, now)
            await _revise(connection)
            return StoredResource(id, entry, 1, now, now)

    async def replace(self, id: str, entry: Entry, expected: int | None, now: datetime) -> StoredResource:
        """Keep the resource as it is now, if it is still in the `expected` version. Raises Taken, Missing or Changed."""
        async with self._store.write_transaction() as connection:
            before = await _get(connection, entry.kind, id, lock=True)
            if expected is not None and before.version != expected:
                raise Changed
            await _free(connection, entry, id)
            values = {**_columns(entry), "version": before.version + 1, "changed_at": now}
            await _unique(connection, update(scim_resources).where(scim_resources.c.id == id).values(values))
            await put_members(connection, id, before.entry.members, entry.members)
            await _note(connection, id, before.entry, entry, now)
            await _revise(connection)
            return StoredResource(id, entry, before.version + 1, before.created_at, now)

    async def change_members(
        self, group: str, added: frozenset[str], removed: frozenset[str], now: datetime
    ) -> tuple[int, bool]:
        """Put these into the group and take those out; give its version, and whether that changed it. Raises Missing."""
        async with self._store.write_transaction() as connection:
            table = scim_resources.c
            where = (table.kind == "Group", table.id == group)
            version = await connection.scalar(select(table.version).where(*where).with_for_update())
            if version is None:
                raise Missing
            here = await which_are_in(connection, group, added | removed)
            if not (added - here or removed & here):
                return version, False
            await put_members(connection, group, here, (here - removed) | added)
            values = {"version": version + 1, "changed_at": now}
            await connection.execute(update(scim_resources).where(*where).values(values))
            await _revise(connection)
            return version + 1, True

    async def delete(self, kind: Kind, id: str, expected: int | None, now: datetime) -> None:
        """Forget the resource; a user who was in use has left. Raises Missing or Changed."""
        async with self._store.write_transaction() as connection:
            before = await _get(connection, kind, id, lock=True)
            if expected is not None and before.version != expected:
                raise Changed
            await connection.execute(delete(scim_resources).where(scim_resources.c.id == id))
            column = scim_members.c.member if kind == "User" else scim_members.c.in_group
            await connection.execute(delete(scim_members).where(column == id))
            await _note(connection, id, before.entry, None, now)
            await _revise(connection)

    async def facts(self) -> Provisioned:
        """What decisions need of all of it."""
        async with self._store.read_transaction() as connection:
            table = scim_resources.c
            rows = await connection.execute(
                select(table.id, table.kind, table.key, table.address, table.active, table.manager)
            )
            users: list[User] = []
            groups: dict[str, list[str]] = {}
            for row in rows:
                if row.kind == "User":
                    users.append(User(row.id, row.address, row.active, row.manager))
                else:
                    groups[row.key] = []
            in_groups = select(table.key, scim_members.c.member).join_from(
                scim_members, scim_resources, table.id == scim_members.c.in_group
            )
            for group, member in await connection.execute(in_groups):
                groups.setdefault(group, []).append(member)  # a group may be newer than those read above
            gone = await _leavers(connection)
        return provisioned(users, groups, gone)

    async def leavers(self) -> list[Leaver]:
        """All whose user was deactivated or deleted."""
        async with self._store.asking() as connection:
            return await _leavers(connection)

    async def settle(
        self, addresses: Iterable[str], before: LeaverStatus, after: LeaverStatus, departure: str
    ) -> None:
        """Say how it stands with those of these leavers for whom it still stood as `before`."""
        async with self._store.write_transaction() as connection:
            for some in portions(sorted(addresses)):
                change = update(leavers).where(leavers.c.address.in_(some), leavers.c.status == before)
                await connection.execute(change.values(status=after, departure=departure))
            await _revise(connection)

    async def counts(self) -> Mapping[str, int]:
        """How many there are: `users`, of them `active` ones, and `groups`."""
        table = scim_resources.c
        query = select(table.kind, table.active, func.count().label("number")).group_by(
            table.kind, table.active
        )
        async with self._store.asking() as connection:
            rows = list(await connection.execute(query))
        users = {row.active: row.number for row in rows if row.kind == "User"}
        groups = sum(row.number for row in rows if row.kind == "Group")
        return {"users": sum(users.values()), "active": users.get(True, 0), "groups": groups}

    async def heard(self, now: datetime) -> None:
        """Note that the provider has called."""
        async with self._store.write_transaction() as connection:
            row = _dialect(connection).insert(tables.heartbeats).values(name=HEARD, at=now)
            await connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": now}))

    async def heard_at(self) -> datetime | None:
        """When the provider last called; None if never."""
        table = tables.heartbeats.c
        async with self._store.asking() as connection:
            at: datetime | None = await connection.scalar(select(table.at).where(table.name == HEARD))
            return at


def _where(kind: Kind, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [scim_resources.c.kind == kind]
    found += [scim_resources.c[column] == value for column, value in wanted.values.items()]
    if wanted.member is not None:
        groups = select(scim_members.c.in_group).where(scim_members.c.member == wanted.member)
        found.append(scim_resources.c.id.in_(groups))
    return found


async def _get(connection: AsyncConnection, kind: Kind, id: str, lock: bool = False) -> StoredResource:
    query = select(scim_resources).where(scim_resources.c.kind == kind, scim_resources.c.id == id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise Missing
    members = await members_of(connection, [id]) if kind == "Group" else {}
    return _resource(row, members.get(id, frozenset()))


def _resource(row: Any, members: frozenset[str]) -> StoredResource:
    entry = Entry(
        row.kind, row.key, row.document, row.external, row.active, row.address, row.manager, members
    )
    return StoredResource(row.id, entry, row.version, row.created_at, row.changed_at)


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "key": entry.key,
        "external": entry.external,
        "active": entry.active,
        "address": entry.address,
        "manager": entry.manager,
        "document": entry.document,
    }


async def _note(
    connection: AsyncConnection, id: str, before: Entry | None, after: Entry | None, now: datetime
) -> None:
    """Groups come and go; only users can leave."""
    kinds = {one.kind for one in (before, after) if one}
    if kinds == {"User"}:
        await note_standing(connection, id, before, after, now)


async def _leavers(connection: AsyncConnection) -> list[Leaver]:
    rows = await connection.execute(select(leavers))
    return [Leaver(row.address, row.status, row.since, row.departure) for row in rows]


async def _free(connection: AsyncConnection, entry: Entry, id: str | None) -> None:
    """Raise Taken if another resource of the kind has the name."""
    table = scim_resources.c
    query = select(table.id).where(table.kind == entry.kind, table.key == entry.key)
    other = await connection.scalar(query)
    if other is not None and other != id:
        raise Taken


async def _unique(connection: AsyncConnection, statement: Executable) -> None:
    """Execute what may collide with what another replica has just written. Raises Taken."""
    try:
        await connection.execute(statement)
    except IntegrityError as error:
        raise Taken from error


async def _revise(connection: AsyncConnection) -> None:
    readings = tables.readings
    row = _dialect(connection).insert(readings).values(name=REVISION, revision=1)
    change = {"revision": readings.c.revision + 1}
    await connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=change))


def _dialect(connection: AsyncConnection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite
