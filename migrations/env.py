"""How Alembic reaches the database. The URL comes with the configuration, never from a file."""

from alembic import context
from sqlalchemy import create_engine

from workflows.tables import metadata


def run() -> None:
    engine = create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=False)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
