"""Who has left, by what an identity provider pushed: noted in the transaction that keeps what it pushed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.database.scim_tables import leavers, scim_resources


class Standing(Protocol):
    """A pushed user, as far as it matters here. `address` is a comparable one."""

    @property
    def active(self) -> bool: ...
    @property
    def address(self) -> str | None: ...


async def note_standing(
    connection: AsyncConnection, id: str, before: Standing | None, after: Standing | None, now: datetime
) -> None:
    """Note whether the user with this id is here, after what was pushed; `after` is None for a deleted one.

    Somebody who is pushed as active is no leaver any more. Whoever isn't has left under the address that they had, and
    under the one that came with the news: providers write over the address of who leaves.
    """
    if after is not None and after.active:
        same = leavers.c.resource == id
        mine = or_(same, leavers.c.address == after.address) if after.address else same
        await connection.execute(delete(leavers).where(mine))
        return
    was_out = before is not None and not before.active
    if after is None and was_out:
        return
    told = (after,) if was_out else (before, after)
    addresses = {one.address for one in told if one is not None and one.address}
    await _note(connection, id, addresses - await _in_use(connection, addresses), now)


async def _in_use(connection: AsyncConnection, addresses: Iterable[str]) -> set[str]:
    """The addresses that an active user has."""
    table = scim_resources.c
    query = select(table.address).where(table.address.in_(sorted(addresses)), table.active.is_(True))
    return set((await connection.execute(query)).scalars())


async def _note(connection: AsyncConnection, id: str, addresses: Iterable[str], now: datetime) -> None:
    """Note new leavers. One of whom an operator said that they stay is looked at again: the provider says it again."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = {"resource": id, "status": "new", "since": now, "departure": None}
    for address in sorted(addresses):
        row = dialect.insert(leavers).values(address=address, **new)
        again = row.on_conflict_do_update(
            index_elements=["address"], set_=new, where=leavers.c.status == "kept"
        )
        await connection.execute(again)
