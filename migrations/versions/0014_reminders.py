"""What people have chosen of their reminders: their own setting, in no log, kept with what is known of them and no longer."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("reminders", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
