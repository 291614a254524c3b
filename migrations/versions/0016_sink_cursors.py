"""How far each event sink is in the log."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sink_cursors",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.String(64)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name="pk_sink_cursors"),
    )


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
