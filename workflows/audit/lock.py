"""Whose turn it is to write the log's order and what is derived from it: one replica at a time."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

LOCK = 0x64617970617373
"""PostgreSQL's advisory lock on the order of the log; the number spells `daypass`."""


async def take_turn(connection: AsyncConnection) -> None:
    """Held until the transaction ends; on SQLite the writing transaction itself is the lock."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
