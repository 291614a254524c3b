"""The tables under every workflow. Which modules may touch them is a contract of `make check`.

None of them knows what access, a release or an incident is: a subject's state is its workflow's own document. What the
database holds up by itself is here as constraints and, as triggers, in `migrations/`.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Sequence = BigInteger().with_variant(Integer, "sqlite")
"""A counter; SQLite only counts up by itself on its own INTEGER."""


class Instant(TypeDecorator[datetime]):
    """A moment, always UTC and always aware; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


events = Table(
    "events",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("subject", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("surface", String(32), nullable=False),
    Column("action", String(64), nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    UniqueConstraint("subject", "version", "position", name="uq_events_place"),
    CheckConstraint("version >= 1 AND position >= 0", name="counts_up"),
)

texts = Table(
    "texts",
    metadata,
    Column("event", String(26), ForeignKey("events.id"), primary_key=True),
    Column("field", String(64), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("text", Text, nullable=False),
)

subjects = Table(
    "subjects",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("anchor", Integer, nullable=False, server_default=text("0")),
    Column("status", String(32), nullable=False),
    Column("owner", String(64)),
    Column("due_at", Instant),
    Column("changed_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("awaits", String(32)),
    ForeignKeyConstraint(
        ["id", "version", "anchor"],
        ["events.subject", "events.version", "events.position"],
        name="fk_subjects_event",
    ),
    CheckConstraint("anchor = 0", name="first_event"),
    Index("ix_subjects_due_at", "due_at"),
    Index("ix_subjects_kind_status", "kind", "status", "id"),
    Index("ix_subjects_owner", "owner", "kind", "id"),
    Index(
        "ix_subjects_awaits",
        "kind",
        "awaits",
        postgresql_where=text("awaits IS NOT NULL"),
        sqlite_where=text("awaits IS NOT NULL"),
    ),
)

once = Table(
    "once",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("anchor", Integer, nullable=False, server_default=text("0")),
    ForeignKeyConstraint(
        ["subject", "version", "anchor"],
        ["events.subject", "events.version", "events.position"],
        name="fk_once_event",
    ),
)

effects = Table(
    "effects",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("subject", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("lock", String(160), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("dedup_key", String(160)),
    Column("payload", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("not_before", Instant, nullable=False),
    Column("claimed_by", String(64)),
    Column("claimed_until", Instant),
    Column("last_error", Text),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    ForeignKeyConstraint(
        ["subject", "version", "position"],
        ["events.subject", "events.version", "events.position"],
        name="fk_effects_event",
    ),
    Index(
        "ix_effects_open",
        "priority",
        "seq",
        postgresql_where=text("status IN ('pending', 'claimed')"),
        sqlite_where=text("status IN ('pending', 'claimed')"),
    ),
    Index(
        "ix_effects_lock",
        "lock",
        "seq",
        postgresql_where=text("status IN ('pending', 'claimed')"),
        sqlite_where=text("status IN ('pending', 'claimed')"),
    ),
    Index(
        "ix_effects_left",
        "seq",
        postgresql_where=text("status != 'done'"),
        sqlite_where=text("status != 'done'"),
    ),
    Index(
        "uq_effects_dedup_key",
        "dedup_key",
        unique=True,
        postgresql_where=text("status = 'pending'"),
        sqlite_where=text("status = 'pending'"),
    ),
)

leaves = Table(
    "leaves",
    metadata,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("event", String(26), ForeignKey("events.id"), nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),
)

nodes = Table(
    "nodes",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

finds = Table(
    "finds",
    metadata,
    Column("scope", String(64), primary_key=True),
    Column("term", String(400), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
)

found = Table(
    "found",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("by", Text, nullable=False),
)

indexed = Table(
    "indexed",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("upto", BigInteger, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("size", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

cosignatures = Table(
    "cosignatures",
    metadata,
    Column("checkpoint", Sequence, ForeignKey("checkpoints.id"), primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("line", Text, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("place", String(128), primary_key=True),
    Column("slot", String(80), primary_key=True),
    Column("channel", String(32)),
    Column("ts", String(32)),
    Column("digest", String(64)),
    Column("drawn", Text),
    Column("home_filter", Text),
    Column("begun_at", Instant, nullable=False),
    Index("ix_messages_channel_ts", "channel", "ts"),
)

people = Table(
    "people",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("standing", String(16), nullable=False),
    Column("zone", String(64)),
    Column("reminders", Text),
    Column("confirmed_at", Instant),
)

user_groups = Table(
    "user_groups",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("members", Text, nullable=False),
)

readings = Table(
    "readings",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("as_of", Instant),
    Column("claimed_by", String(64)),
    Column("claimed_until", Instant),
)
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("at", Instant, nullable=False),
)
"""A row that is written again and again, to see whether anything can be."""

room = Table(
    "daypass_room",
    MetaData(),
    Column("n", Integer, nullable=False),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DELETE ROWS",
)
"""Of one session at PostgreSQL, and empty outside a transaction: to see whether there is room for more."""
