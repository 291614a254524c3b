"""What nobody reads isn't kept: a checkpoint's frontier is known from the tree itself."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE checkpoints DROP COLUMN frontier")


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
