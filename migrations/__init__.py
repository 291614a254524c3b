"""The database's history. `upgrade` brings a database up to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
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


def sync_url(url: str) -> str:
    """The URL with a synchronous driver, which is all that Alembic needs."""
    parsed = make_url(url)
    driver = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite"}
    name = driver.get(parsed.get_backend_name(), parsed.drivername)
    return parsed.set(drivername=name).render_as_string(hide_password=False)
