"""Erases what people typed about a subject, as the owner of the tables: the role that Daypass runs as can't."""

from sqlalchemy import Connection, text

from migrations import open_engine


class NotErased(Exception):
    """Nothing was erased: the subject has another version by now."""


def erase(url: str, subject: str, version: int, state: str) -> int:
    """Delete the subject's texts and put `state`, without them, in the place of its own; how many texts there were.

    All of it or nothing, in one transaction. Raises NotErased, and DBAPIError if the tables belong to somebody else.
    """
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            postgres = engine.dialect.name == "postgresql"
            step = _suspend(connection, postgres=postgres)
            given = {"subject": subject, "version": version, "state": state}
            changed = connection.execute(
                text("UPDATE subjects SET state = :state WHERE id = :subject AND version = :version"), given
            )
            if changed.rowcount != 1:
                raise NotErased(f"{subject} changed meanwhile. Nothing was erased. Try again.")
            deleted = connection.execute(
                text("DELETE FROM texts WHERE event IN (SELECT id FROM events WHERE subject = :subject)"),
                given,
            )
            connection.execute(text(step))
            return deleted.rowcount
    finally:
        engine.dispose()


def may_erase(url: str) -> bool:
    """Whether this login owns the tables; on SQLite whoever may write the file does."""
    engine = open_engine(url)
    try:
        if engine.dialect.name != "postgresql":
            return True
        with engine.connect() as connection:
            owns = "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'subjects'::regclass"
            return bool(connection.scalar(text(owns)))
    finally:
        engine.dispose()


def also_in(url: str, subject: str) -> list[str]:
    """The other subjects about which somebody typed exactly the same, such as the access that an incident requested."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            same = """SELECT DISTINCT other.subject FROM events own
                        JOIN texts typed ON typed.event = own.id
                        JOIN texts copied ON copied.text = typed.text
                        JOIN events other ON other.id = copied.event
                       WHERE own.subject = :subject AND other.subject <> :subject ORDER BY other.subject"""
            return list(connection.scalars(text(same), {"subject": subject}))
    finally:
        engine.dispose()


def _suspend(connection: Connection, *, postgres: bool) -> str:
    """Let a state change without an event, for this transaction alone; the statement that forbids it again."""
    if postgres:
        connection.execute(text("ALTER TABLE subjects DISABLE TRIGGER subjects_step"))
        return "ALTER TABLE subjects ENABLE TRIGGER subjects_step"
    made: str = connection.execute(
        text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'subjects_step'")
    ).scalar_one()
    connection.execute(text("DROP TRIGGER subjects_step"))
    return made
