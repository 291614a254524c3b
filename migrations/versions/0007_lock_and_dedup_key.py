"""What effects wait for and what stands for several of them is called as the field calls it: lock and dedup key."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_effects_lane", "effects")
    op.drop_index("uq_effects_merge", "effects")
    op.execute("ALTER TABLE effects RENAME COLUMN lane TO lock")
    op.execute("ALTER TABLE effects RENAME COLUMN merge TO dedup_key")
    op.create_index(
        "ix_effects_lock",
        "effects",
        ["lock", "seq"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'claimed')"),
        sqlite_where=sa.text("status IN ('pending', 'claimed')"),
    )
    op.create_index(
        "uq_effects_dedup_key",
        "effects",
        ["dedup_key"],
        unique=True,
        postgresql_where=sa.text("status = 'pending'"),
        sqlite_where=sa.text("status = 'pending'"),
    )


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
