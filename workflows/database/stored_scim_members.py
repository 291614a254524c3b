"""Which users are in which SCIM group, as rows: a group can have tens of thousands."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.database.portions import portions
from workflows.database.scim_tables import scim_members


async def members_of(connection: AsyncConnection, groups: Sequence[str]) -> dict[str, frozenset[str]]:
    """The members of each of these groups that has any."""
    found: dict[str, set[str]] = {}
    for some in portions(groups):
        rows = await connection.execute(select(scim_members).where(scim_members.c.in_group.in_(some)))
        for row in rows:
            found.setdefault(row.in_group, set()).add(row.member)
    return {group: frozenset(members) for group, members in found.items()}


async def which_are_in(connection: AsyncConnection, group: str, ids: frozenset[str]) -> frozenset[str]:
    """Those of these ids that are in the group."""
    table = scim_members.c
    found: set[str] = set()
    for some in portions(sorted(ids)):
        rows = await connection.scalars(
            select(table.member).where(table.in_group == group, table.member.in_(some))
        )
        found |= set(rows)
    return frozenset(found)


async def put_members(
    connection: AsyncConnection, group: str, before: frozenset[str], after: frozenset[str]
) -> None:
    """Write what is between these two."""
    table = scim_members.c
    for some in portions(sorted(before - after)):
        where = (table.in_group == group, table.member.in_(some))
        await connection.execute(delete(scim_members).where(*where))
    for some in portions(sorted(after - before)):
        rows = [{"in_group": group, "member": one} for one in some]
        await connection.execute(insert(scim_members), rows)
