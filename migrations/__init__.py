"""The database's history. `upgrade` brings a database up to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text

from workflows.database.url import driver_arguments, sync_url


def config(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["url"] = url
    return settings


def upgrade(url: str) -> None:
    """Bring the database at `url` up to the newest revision; nothing to do is fine.

    The history is read only if there is something to do: it is all of it code.
    """
    if revision_of(url) != newest_revision():
        command.upgrade(config(url), "head")


def newest_revision() -> str:
    """The last revision of the history, by its file's name."""
    last = max(one.name for one in (Path(__file__).parent / "versions").glob("[0-9]*_*.py"))
    return last.partition("_")[0]


def revision_of(url: str) -> str | None:
    """The revision of the database at `url`; None if it has none."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            if not engine.dialect.has_table(connection, "alembic_version"):
                return None
            revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return revision
    finally:
        engine.dispose()


def grant(url: str, role: str) -> None:
    """Give the PostgreSQL role what Daypass needs to run: to read, to append to the log, to change state.

    Events, leaves, checkpoints and keys can be read and inserted; nothing can be truncated or altered.
    """
    engine = open_engine(url)
    quoted = engine.dialect.identifier_preparer.quote(role)
    with engine.begin() as connection:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT INSERT ON events, texts, leaves, checkpoints, cosignatures, once, subjects, effects, messages TO {}",
            "GRANT INSERT ON finds, found, nodes, indexed, heartbeats TO {}",
            "GRANT INSERT, UPDATE, DELETE ON people, user_groups, scim_resources, scim_members, leavers TO {}",
            "GRANT INSERT, UPDATE ON readings, sink_cursors TO {}",
            "GRANT UPDATE ON subjects, effects, messages, found, indexed, heartbeats TO {}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            connection.execute(text(statement.format(quoted)))
    engine.dispose()


def open_engine(url: str) -> Engine:
    """An engine for the database at `url`, for one thing after the other."""
    parsed = sync_url(url)
    return create_engine(parsed, connect_args=driver_arguments(parsed))
