"""Whether the database can be written: by writing to it."""

import shutil
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable

from workflows.database import tables
from workflows.database.outage import FULL, DatabaseAway
from workflows.database.store import Store

NAME = "readiness"
ROOM_ROWS = 2_000
"""Of the temporary table: about nine pages, more than any free space in a table's last page."""
ROOM_BYTES = 1 << 20
"""That have to be free beside an SQLite database: what a few minutes of clicks take."""


async def unwritable(store: Store, now: datetime) -> str | None:
    """Why nothing can be recorded now, for operators; None if it can.

    One row is written again, with all that a commit takes. That needs no new space, so besides room for more is looked
    for: on PostgreSQL in a temporary table, which takes pages of the database's own disk and gives them back with the
    transaction, and on SQLite by what the file system says. Nothing grows by it, however often it is asked.
    """
    try:
        async with store.write_transaction(patient=False) as connection:
            if connection.dialect.name == "postgresql":
                await _take_room(connection)
            await _beat(connection, now)
    except DatabaseAway as away:
        return f"{away} ({away.reason})"
    if store.file and shutil.disk_usage(store.file.parent).free < ROOM_BYTES:
        return f"{FULL} (less than {ROOM_BYTES >> 20} MB is free beside {store.file.name})"
    return None


async def _beat(connection: AsyncConnection, now: datetime) -> None:
    """Write the row, whoever wrote it last."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(tables.heartbeats).values(name=NAME, at=now)
    await connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": now}))


async def _take_room(connection: AsyncConnection) -> None:
    """Have PostgreSQL make a file longer, if it lets Daypass have temporary tables, as it does unless told otherwise.

    Behind a pooler the next transaction may be in another session: the table is made where there is none yet.
    """
    allowed = func.has_database_privilege(func.current_database(), "TEMPORARY")
    if await connection.scalar(select(allowed)):
        await connection.execute(CreateTable(tables.room, if_not_exists=True))
        rows = select(func.generate_series(1, ROOM_ROWS))
        await connection.execute(insert(tables.room).from_select(["n"], rows))
