"""All that is kept of a story, anywhere: what no secret may be found in."""

import logging
from collections.abc import Sequence

from sqlalchemy import MetaData

from tests.flow.office import EVERYBODY, Office


async def everything_kept(office: Office, records: Sequence[logging.LogRecord]) -> list[str]:
    """Messages, App Homes, every row of every table, and every log record with what it was told."""
    return [
        await office.everything_said(),
        *[str(await office.person(id).home()) for id in EVERYBODY],
        *await _rows(office),
        *(f"{record.getMessage()} {record.args} {record.exc_text or record.exc_info}" for record in records),
    ]


async def _rows(office: Office) -> list[str]:
    async with office.daypass.store.read_transaction() as connection:
        tables = MetaData()
        await connection.run_sync(tables.reflect)
        found = [await connection.execute(table.select()) for table in tables.sorted_tables]
        return [str(tuple(row)) for rows in found for row in rows]
