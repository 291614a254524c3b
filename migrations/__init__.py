"""The database's history. `upgrade` brings a database up to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


def config(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["url"] = sync_url(url)
    return settings


def upgrade(url: str) -> None:
    """Bring the database at `url` up to the newest revision; nothing to do is fine."""
    command.upgrade(config(url), "head")


def grant(url: str, role: str) -> None:
    """Give the PostgreSQL role what Daypass needs to run: to read, to append to the log, to change state.

    Events, leaves, checkpoints and keys can be read and inserted; nothing can be truncated or altered.
    """
    engine = create_engine(sync_url(url))
    quoted = engine.dialect.identifier_preparer.quote(role)
    with engine.begin() as connection:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT INSERT ON events, texts, leaves, checkpoints, once, subjects, effects, messages TO {}",
            "GRANT INSERT ON finds, found, nodes, indexed TO {}",
            "GRANT INSERT, UPDATE, DELETE ON people, user_groups TO {}",
            "GRANT INSERT, UPDATE ON readings TO {}",
            "GRANT UPDATE ON subjects, effects, messages, found, indexed TO {}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            connection.execute(text(statement.format(quoted)))
    engine.dispose()


def sync_url(url: str) -> str:
    """The URL with a synchronous driver, which is all that Alembic needs."""
    parsed = make_url(url)
    driver = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite"}
    name = driver.get(parsed.get_backend_name(), parsed.drivername)
    return parsed.set(drivername=name).render_as_string(hide_password=False)
