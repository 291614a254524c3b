"""How far each event sink is. Unlike the log's, its rows are changed."""

from sqlalchemy import BigInteger, Column, String, Table

from workflows.database.tables import Instant, metadata

sink_cursors = Table(
    "sink_cursors",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("next", BigInteger, nullable=False),
    Column("claimed_by", String(64)),
    Column("claimed_until", Instant),
)
