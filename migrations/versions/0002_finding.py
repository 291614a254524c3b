"""Finding events in the log, and proving them, without reading all of it: what it takes is derived from the log."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nodes",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_nodes")),
    )
    op.create_table(
        "finds",
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("term", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("scope", "term", "at", "index", name=op.f("pk_finds")),
    )
    op.create_table(
        "found",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_found")),
    )
    op.create_table(
        "indexed",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_indexed")),
    )
    op.drop_index("ix_subjects_kind_status", "subjects")
    op.create_index("ix_subjects_kind_status", "subjects", ["kind", "status", "id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
