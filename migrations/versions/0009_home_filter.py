"""Which of the decisions that wait for somebody their App Home lists: kept beside what it shows."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("home_filter", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
