"""How Alembic reaches the database. The URL comes with the configuration, never from a file."""

from alembic import context
from sqlalchemy import Connection, text

from migrations import open_engine
from workflows.database.scim_tables import scim_resources
from workflows.database.sink_tables import sink_cursors

DECLARED = (scim_resources, sink_cursors)
"""One of each module that declares tables; all are of one metadata."""
LOCK = 0x64617970617374
"""PostgreSQL's advisory lock on its own history; next to that on the order of the log."""


def run() -> None:
    engine = open_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=DECLARED[0].metadata,
            render_as_batch=False,
        )
        with context.begin_transaction():
            _take_turn(connection)
            context.run_migrations()
    engine.dispose()


def _take_turn(connection: Connection) -> None:
    """Replicas that start at once upgrade one after the other; the later ones find nothing to do."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


run()
