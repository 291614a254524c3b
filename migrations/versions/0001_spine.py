"""The spine: events that can only be appended, and state that can't stand without them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPENDED = {
    "events": "events are never changed or deleted",
    "leaves": "the log is never changed or shortened",
    "checkpoints": "a checkpoint is never changed or deleted",
    "once": "what happened once stays so",
}
"""Tables that only ever grow, with what the database says to whoever tries otherwise."""

SQLITE = [
    *(
        f"CREATE TRIGGER {table}_keep_{deed} BEFORE {deed} ON {table} BEGIN SELECT RAISE(ABORT, '{says}'); END"
        for table, says in APPENDED.items()
        for deed in ("UPDATE", "DELETE")
    ),
    """CREATE TRIGGER texts_keep BEFORE UPDATE ON texts
       BEGIN SELECT RAISE(ABORT, 'a text can be erased, not changed'); END""",
    """CREATE TRIGGER subjects_step BEFORE UPDATE ON subjects
       WHEN NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id
       BEGIN SELECT RAISE(ABORT, 'a state changes by one version, with its event'); END""",
    """CREATE TRIGGER subjects_keep BEFORE DELETE ON subjects
       BEGIN SELECT RAISE(ABORT, 'a subject is never deleted'); END""",
]

POSTGRESQL = [
    """CREATE FUNCTION daypass_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE FUNCTION daypass_step() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id THEN
           RAISE EXCEPTION 'a state changes by one version, with its event' USING ERRCODE = 'restrict_violation';
         END IF;
         RETURN NEW;
       END $$""",
    *(
        f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION daypass_refuse('{says}')"
        for table, says in APPENDED.items()
    ),
    """CREATE TRIGGER texts_keep BEFORE UPDATE ON texts
       FOR EACH STATEMENT EXECUTE FUNCTION daypass_refuse('a text can be erased, not changed')""",
    """CREATE TRIGGER subjects_step BEFORE UPDATE ON subjects
       FOR EACH ROW EXECUTE FUNCTION daypass_step()""",
    """CREATE TRIGGER subjects_keep BEFORE DELETE OR TRUNCATE ON subjects
       FOR EACH STATEMENT EXECUTE FUNCTION daypass_refuse('a subject is never deleted')""",
]


def upgrade() -> None:
    op.create_table(
        "checkpoints",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("frontier", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "events",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("surface", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("version >= 1 AND position >= 0", name=op.f("ck_events_counts_up")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
        sa.UniqueConstraint("subject", "version", "position", name="uq_events_place"),
    )
    op.create_table(
        "messages",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("slot", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=True),
        sa.Column("ts", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "place", "slot", name=op.f("pk_messages")),
    )
    op.create_table(
        "effects",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("lane", sa.String(length=160), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("merge", sa.String(length=160), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject", "version", "position"],
            ["events.subject", "events.version", "events.position"],
            name="fk_effects_event",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_effects")),
    )
    op.create_index(
        "ix_effects_lane",
        "effects",
        ["lane", "seq"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'claimed')"),
        sqlite_where=sa.text("status IN ('pending', 'claimed')"),
    )
    op.create_index(
        "ix_effects_open",
        "effects",
        ["priority", "seq"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'claimed')"),
        sqlite_where=sa.text("status IN ('pending', 'claimed')"),
    )
    op.create_index(
        "ix_effects_left",
        "effects",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("status != 'done'"),
        postgresql_where=sa.text("status != 'done'"),
    )
    op.create_index(
        "uq_effects_merge",
        "effects",
        ["merge"],
        unique=True,
        postgresql_where=sa.text("status = 'pending'"),
        sqlite_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "leaves",
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=26), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_leaves_event")),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_leaves")),
        sa.UniqueConstraint("event", name=op.f("uq_leaves_event")),
    )
    op.create_table(
        "once",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject", "version", "anchor"],
            ["events.subject", "events.version", "events.position"],
            name="fk_once_event",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_once")),
    )
    op.create_table(
        "subjects",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("anchor = 0", name=op.f("ck_subjects_first_event")),
        sa.ForeignKeyConstraint(
            ["id", "version", "anchor"],
            ["events.subject", "events.version", "events.position"],
            name="fk_subjects_event",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
    )
    op.create_index("ix_subjects_due_at", "subjects", ["due_at"], unique=False)
    op.create_index("ix_subjects_kind_status", "subjects", ["kind", "status"], unique=False)
    op.create_index("ix_subjects_owner", "subjects", ["owner"], unique=False)
    op.create_table(
        "texts",
        sa.Column("event", sa.String(length=26), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_texts_event")),
        sa.PrimaryKeyConstraint("event", "field", name=op.f("pk_texts")),
    )
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
